"""Pictures: each frame is an SVG text, drawn by ffmpeg's librsvg, kept as one lossless video that all rungs come from."""
import subprocess
from pathlib import Path

FONT = "DejaVu Sans"


def mix_colours(low, high, amount):
    """Between two `#rrggbb` colours; amount 0 to 1."""
    amount = max(0.0, min(1.0, amount))
    pairs = zip(bytes.fromhex(low[1:]), bytes.fromhex(high[1:]))
    return "#" + bytes(round(a + (b - a) * amount) for a, b in pairs).hex()


def ease(now, start, length):
    """0 before `start`, 1 after `start + length`, smooth between."""
    x = max(0.0, min(1.0, (now - start) / length))
    return x * x * (3 - 2 * x)


def clock(frame, rate, width, height, ink="#ffffff"):
    """The running time, minutes:seconds.frame, so that sync can be checked by eye."""
    nominal = round(rate)
    seconds, rest = divmod(frame, nominal)
    text = f"{seconds // 60:02}:{seconds % 60:02}.{rest:02}"
    size = height / 30
    return (f'<rect x="{width - 6.4 * size:.1f}" y="{height - 2.1 * size:.1f}" width="{5.8 * size:.1f}" height="{1.5 * size:.1f}" '
            f'rx="{0.4 * size:.1f}" fill="#000" fill-opacity=".35"/>'
            f'<text x="{width - 3.5 * size:.1f}" y="{height - size:.1f}" font-family="DejaVu Sans Mono" font-size="{size:.1f}" '
            f'text-anchor="middle" fill="{ink}" fill-opacity=".85">{text}</text>')


def svg(width, height, body):
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{body}</svg>'


def render(scene, frames, rate, work: Path, name):
    """Draws `frames` frames of `scene(frame)` (SVG text) into a lossless RGB video."""
    folder, out = work / name, work / f"{name}.mkv"
    folder.mkdir()
    for frame in range(frames):
        (folder / f"{frame:05}.svg").write_text(scene(frame), encoding="utf-8")
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-framerate", str(rate), "-i", folder / "%05d.svg",
                    "-pix_fmt", "gbrp", "-c:v", "ffvhuff", out], check=True)
    return out
