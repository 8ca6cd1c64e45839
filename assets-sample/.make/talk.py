"""The talk: a friendly speaker whose mouth follows the sound, and cards that appear as they are spoken of."""
import math

import script
from drawing import FONT, clock, ease, mix_colours, svg

W, H = 1280, 720
RATE = 30000 / 1001
PAPER, INK, CORAL, TEAL, GOLD, SHADE = "#f6efe2", "#2f3350", "#d9695a", "#3f8f8a", "#e3ae4a", "#e6dac4"


def card(x, y, width, height, body, shown, tilt=0.0):
    """A sheet that rises into its place as `shown` goes from 0 to 1."""
    if shown <= 0:
        return ""
    return (f'<g transform="translate({x} {y + 40 * (1 - shown):.1f}) rotate({tilt})" opacity="{shown:.2f}">'
            f'<rect x="6" y="8" width="{width}" height="{height}" rx="16" fill="#000" fill-opacity=".10"/>'
            f'<rect width="{width}" height="{height}" rx="16" fill="#fffdf8" stroke="{SHADE}" stroke-width="2"/>{body}</g>')


def words(x, y, size, text, colour=INK, weight="normal", anchor="start", font=FONT):
    return f'<text x="{x}" y="{y}" font-family="{font}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def picture():
    return (f'<rect x="20" y="20" width="160" height="96" rx="8" fill="#bcd7e0"/><circle cx="140" cy="48" r="14" fill="{GOLD}"/>'
            f'<path d="M20 116V96L70 62L112 96L140 76L180 104V116Z" fill="{TEAL}"/>' + words(100, 152, 24, "picture", anchor="middle"))


def voices():
    rings = "".join(f'<path d="M{104 + 14 * n} {50 - 8 * n}q{14 + 5 * n} {18 + 8 * n} 0 {36 + 16 * n}" fill="none" stroke="{CORAL}" stroke-width="6" stroke-linecap="round"/>' for n in range(3))
    return f'<path d="M44 54h20l28 -24v76l-28 -24h-20z" fill="{CORAL}"/>{rings}' + words(100, 152, 24, "voices", anchor="middle")


def lines():
    bars = "".join(f'<rect x="{30}" y="{34 + 26 * n}" width="{w}" height="12" rx="6" fill="{GOLD}"/>' for n, w in enumerate((140, 110, 128)))
    return bars + words(100, 152, 24, "words", anchor="middle")


TRACKS = [("video", "", "", TEAL), ("audio", "English", "main", CORAL), ("audio", "Deutsch", "dub", CORAL), ("text", "English", "captions", GOLD)]


def track_list(t):
    """The list: rows written one by one, and one label that changes while the change is spoken of."""
    rows = []
    for n, (kind, label, role, colour) in enumerate(TRACKS):
        shown = ease(t, 10.4 + 0.7 * n, 0.6)
        changed = ease(t, 20, 0.8) if n == 2 else 0
        y = 78 + 48 * n
        rows.append(f'<g opacity="{shown:.2f}"><rect x="24" y="{y - 26}" width="{402 * shown:.0f}" height="36" rx="8" fill="{mix_colours("#f6efe2", "#f3cfc8", changed)}"/>'
                    f'<circle cx="44" cy="{y - 8}" r="8" fill="{colour}"/>' + words(64, y, 22, kind) + words(160, y, 22, "Français" if changed > 0.5 else label)
                    + words(300, y, 22, role, "#8a8598") + "</g>")
    return words(24, 38, 22, "tracks", TEAL, "bold") + "".join(rows)


def players(t):
    out = []
    for n, x in enumerate((0, 150, 300)):
        glow = ease(t, 14.8 + 0.5 * n, 0.6)
        screen = mix_colours("#cfc7b8", "#bcd7e0", glow)
        body = (f'<rect x="{x}" y="0" width="120" height="76" rx="8" fill="{INK}"/><rect x="{x + 6}" y="6" width="108" height="64" rx="4" fill="{screen}"/>'
                f'<path d="M{x + 50} 22v32l28 -16z" fill="{mix_colours("#b8b0a2", CORAL, glow)}"/><rect x="{x + 40}" y="82" width="40" height="7" rx="3" fill="{INK}"/>')
        out.append(body)
    return "".join(out)


def speaker(t, loud):
    blink = 0.12 if (t % 3.7) < 0.13 else 1
    nod = 4 * math.sin(2.1 * t) * (0.4 + loud)
    mouth = 3 + 24 * loud
    arm = 14 * math.sin(1.7 * t) * (0.3 + loud)
    return (f'<path d="M70 720V600Q84 508 200 500H260Q376 508 390 600V720Z" fill="{TEAL}"/><path d="M198 500L230 556L262 500Z" fill="#fffdf8"/>'
            f'<path d="M374 620Q430 {600 - arm:.1f} 440 {540 - arm:.1f}" stroke="{TEAL}" stroke-width="44" stroke-linecap="round" fill="none"/><circle cx="442" cy="{516 - arm:.1f}" r="26" fill="#d9a27e"/>'
            f'<g transform="translate(0 {nod:.1f})"><rect x="204" y="440" width="52" height="80" rx="24" fill="#c98f6b"/>'
            f'<path d="M116 360Q112 214 230 208T344 360Q352 452 330 470Q352 350 318 316H142Q108 350 130 470Q108 452 116 360Z" fill="#4a2f2a"/>'
            f'<ellipse cx="230" cy="368" rx="98" ry="112" fill="#e0ab86"/><path d="M128 352Q132 250 230 246T332 352Q300 288 250 286Q180 300 128 352Z" fill="#4a2f2a"/>'
            f'<ellipse cx="192" cy="362" rx="10" ry="{13 * blink:.1f}" fill="{INK}"/><ellipse cx="268" cy="362" rx="10" ry="{13 * blink:.1f}" fill="{INK}"/>'
            f'<path d="M174 336q18 -12 36 -2M250 334q18 -10 36 2" stroke="#4a2f2a" stroke-width="5" fill="none" stroke-linecap="round"/><path d="M228 372q-8 24 6 26" stroke="#c98f6b" stroke-width="5" fill="none" stroke-linecap="round"/>'
            f'<circle cx="168" cy="404" r="16" fill="{CORAL}" fill-opacity=".25"/><circle cx="292" cy="404" r="16" fill="{CORAL}" fill-opacity=".25"/>'
            f'<ellipse cx="230" cy="430" rx="{32 - 10 * loud:.1f}" ry="{mouth:.1f}" fill="#8c3a3a"/><path d="M{206 + 8 * loud:.1f} {428 - mouth * 0.5:.1f}h{48 - 16 * loud:.1f}" stroke="#fff" stroke-width="{min(8, mouth * 0.5):.1f}"/></g>')


def frame(number, loudness):
    t = number / RATE
    start = [cue.start for cue in script.TALK]
    parts_out = 1 - ease(t, start[2] - 0.6, 0.5)
    tracks_out = 1 - ease(t, start[6] - 0.5, 0.5)
    scene = f'<rect width="{W}" height="{H}" fill="{PAPER}"/><circle cx="230" cy="430" r="300" fill="{SHADE}"/>' + words(520, 92, 40, "One list, every player", INK, "bold") \
        + f'<rect x="520" y="112" width="{470 * ease(t, 0.3, 1.2):.0f}" height="6" rx="3" fill="{CORAL}"/>'
    for n, (body, x, tilt) in enumerate([(picture(), 520, -2), (voices(), 756, 1.5), (lines(), 992, -1)]):
        scene += card(x, 190, 200, 176, body, ease(t, start[0] + 0.8 + 0.8 * n, 0.5) * parts_out, tilt)
    for n, (label, colour) in enumerate([("language", CORAL), ("label", TEAL), ("purpose", GOLD)]):
        shown = ease(t, start[1] + 1.6 + 0.7 * n, 0.5) * parts_out
        scene += card(520 + 236 * n, 420, 200, 64, f'<circle cx="34" cy="32" r="10" fill="{colour}"/>' + words(58, 41, 24, label), shown)
    scene += card(520, 160, 450, 260, track_list(t), ease(t, start[2], 0.5) * tracks_out)
    scene += f'<g transform="translate(560 520)" opacity="{ease(t, start[3], 0.6) * tracks_out:.2f}">{players(t)}</g>'
    for n in range(3):
        sent = ease(t, start[3] + 0.6 + 0.5 * n, 0.8) * tracks_out
        scene += f'<path d="M{620 + 150 * n} 436v{64 * sent:.0f}" stroke="{CORAL}" stroke-width="5" stroke-dasharray="10 9" stroke-linecap="round" stroke-opacity="{min(1, 3 * sent):.2f}"/>'
    scene += card(1010, 220, 200, 120, words(100, 54, 24, "same files", TEAL, "bold", "middle") + words(100, 90, 22, "made once", anchor="middle"), ease(t, start[5] + 0.4, 0.6) * tracks_out, 2)
    end = ease(t, start[6], 0.6)
    scene += f'<g opacity="{end:.2f}" transform="translate(520 {270 + 30 * (1 - end):.0f})">' + words(0, 0, 64, "One list,", CORAL, "bold") + words(0, 84, 64, "every player.", TEAL, "bold") + "</g>"
    return svg(W, H, scene + speaker(t, loudness[number]) + clock(number, RATE, W, H))
