"""Dawn over the hills: the sky turns, the sun rises, mist moves, a balloon and birds pass."""
import math
import random

from drawing import clock, ease, mix_colours, svg

W, H, RATE = 1280, 720, 25
NIGHT, MORNING = ("#0e1a3f", "#28407a", "#7b6f9c"), ("#5a9bd0", "#f3c79a", "#ffe3a6")


def ridge(base, height, seed, rough):
    """A hill line across the picture: a few sines, never the same twice."""
    r = random.Random(seed)
    waves = [(r.uniform(0.5, 1) / (n + 1), (n + 1) * rough, r.uniform(0, 6)) for n in range(4)]
    points = [(x, base - height * sum(a * math.sin(f * x / W * math.pi + p) for a, f, p in waves)) for x in range(0, W + 20, 20)]
    return "M0 720L" + "L".join(f"{x} {y:.1f}" for x, y in points) + f"L{W} 720Z"


HILLS = [(ridge(430, 46, 2, 2.2), "#3a4272", "#c79a94"), (ridge(490, 44, 5, 2.8), "#2c345f", "#a3777f"), (ridge(560, 42, 9, 3.3), "#1f284c", "#6f5d75"),
         (ridge(640, 36, 12, 3.9), "#141b37", "#43405f")]
STARS = [(r.uniform(0, W), r.uniform(0, 330), r.uniform(0.6, 1.7), r.uniform(0, 6)) for r in [random.Random(8)] for _ in range(70)]


def heaven(t, light):
    stops = [mix_colours(low, high, light) for low, high in zip(NIGHT, MORNING)]
    x, y = 860, 525 - 215 * ease(t, 3, 20)
    stars = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.2f}" fill="#fff" fill-opacity="{max(0, (1 - 2 * light) * (0.55 + 0.35 * math.sin(1.3 * t + p))):.2f}"/>' for x, y, r, p in STARS)
    return (f'<defs><linearGradient id="s" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="{stops[0]}"/><stop offset=".6" stop-color="{stops[1]}"/><stop offset="1" stop-color="{stops[2]}"/></linearGradient>'
            '<radialGradient id="g"><stop offset="0" stop-color="#fff6d8" stop-opacity=".95"/><stop offset=".25" stop-color="#ffdf9a" stop-opacity=".45"/><stop offset="1" stop-color="#ffc98a" stop-opacity="0"/></radialGradient>'
            '<radialGradient id="m"><stop offset="0" stop-color="#fff" stop-opacity=".5"/><stop offset="1" stop-color="#fff" stop-opacity="0"/></radialGradient></defs>'
            f'<rect width="{W}" height="{H}" fill="url(#s)"/>{stars}<circle cx="{x}" cy="{y:.1f}" r="{150 + 260 * light:.0f}" fill="url(#g)" opacity="{0.25 + 0.75 * light:.2f}"/>'
            f'<circle cx="{x}" cy="{y:.1f}" r="46" fill="#fff3cf"/>')


def land(t, light):
    out = []
    for n, (path, dark, lit) in enumerate(HILLS):
        out.append(f'<path d="{path}" fill="{mix_colours(dark, lit, 0.85 * light)}"/>')
        for k in range(3):
            x = (k * 620 + n * 260 + (9 + 5 * n) * t * ease(t, 5, 4)) % 1900 - 300
            out.append(f'<ellipse cx="{x:.1f}" cy="{478 + 62 * n}" rx="330" ry="{20 + 3 * n}" fill="url(#m)" opacity="{0.18 + 0.5 * light:.2f}"/>')
    return "".join(out)


def trees(light):
    ink = mix_colours("#0c1228", "#2c2c48", light)
    r = random.Random(4)
    return "".join(f'<path d="M{x} 720V{y + h:.0f}l{-h / 3.4:.0f} 0L{x} {y:.0f}l{h / 3.4:.0f} {h:.0f}H{x}Z" fill="{ink}"/>'
                   for x, y, h in [(r.randint(0, W), 620 + r.uniform(0, 40), r.uniform(50, 90)) for _ in range(26)])


def balloon(t):
    up = ease(t, 9.5, 14)
    x, y = 330 + 70 * up + 6 * math.sin(0.7 * t), 800 - 580 * up
    gores = "".join(f'<path d="M0 -70C{w} -70 {w * 1.15:.0f} 10 {w * 0.2:.1f} 58H{-w * 0.2:.1f}C{-w * 1.15:.0f} 10 {-w} -70 0 -70Z" fill="{c}"/>' for w, c in ((62, "#c9574d"), (40, "#f2d9a4"), (16, "#c9574d")))
    return (f'<g transform="translate({x:.1f} {y:.1f}) rotate({2 * math.sin(0.8 * t):.2f}) scale(.9)">{gores}<path d="M-11 58L-9 84M11 58L9 84" stroke="#5a4636" stroke-width="2"/>'
            f'<rect x="-12" y="82" width="24" height="18" rx="4" fill="#6b4a32"/><circle cx="0" cy="62" r="{5 + 3 * max(0, math.sin(1.6 * t)):.1f}" fill="#ffd27a" fill-opacity=".8"/></g>')


def birds(t):
    out = []
    for n in range(9):
        row, side = (n + 1) // 2, 1 if n % 2 else -1
        x, y = 1420 - 105 * (t - 14) + 34 * row, 210 + side * 17 * row + 8 * math.sin(0.9 * t)
        flap = 9 * math.sin(8.5 * t + 0.8 * n)
        out.append(f'<path d="M{x - 17:.1f} {y - flap:.1f}Q{x - 7:.1f} {y - 5:.1f} {x:.1f} {y:.1f}Q{x + 7:.1f} {y - 5:.1f} {x + 17:.1f} {y - flap:.1f}" fill="none" stroke="#33304a" stroke-width="3.2" stroke-linecap="round"/>')
    return "".join(out) if t > 13 else ""


def frame(number):
    t = number / RATE
    light = ease(t, 2, 20)
    return svg(W, H, heaven(t, light) + birds(t) + land(t, light) + balloon(t) + trees(light) + clock(number, RATE, W, H))
