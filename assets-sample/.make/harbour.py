"""The harbour at night: moon, town, lighthouse, two people on the quay, and a ferry that comes home."""
import math
import random

import script
from drawing import FONT, clock, ease, mix_colours, svg

W, H, HORIZON, RATE = 1280, 720, 420, 25
MOON, LAMP = (830, 112), (1042, 262)

STARS = [(r.uniform(0, W), r.uniform(0, 300), r.uniform(0.5, 1.5), r.uniform(0, 6)) for r in [random.Random(3)] for _ in range(90)]
HOUSES = [(300, 372, 52, 48), (360, 352, 44, 68), (410, 376, 60, 44), (478, 362, 40, 58), (526, 384, 56, 36), (590, 370, 42, 50)]
WINDOWS = [(x, y) for x, y, w, h in HOUSES for y in range(y + 12, y + h - 8, 16)
           for x in range(x + 8, x + w - 8, 14)]

DEFINITIONS = f"""<defs>
<linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#070b22"/><stop offset=".55" stop-color="#16234f"/>
<stop offset="1" stop-color="#46568c"/></linearGradient>
<linearGradient id="sea" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#2b3a6b"/><stop offset=".35" stop-color="#14204a"/>
<stop offset="1" stop-color="#080d24"/></linearGradient>
<radialGradient id="halo"><stop offset="0" stop-color="#fdf3cf" stop-opacity=".55"/><stop offset=".3" stop-color="#cdd3f0" stop-opacity=".18"/>
<stop offset="1" stop-color="#cdd3f0" stop-opacity="0"/></radialGradient>
<radialGradient id="warm"><stop offset="0" stop-color="#ffd890" stop-opacity=".8"/><stop offset=".35" stop-color="#ffb655" stop-opacity=".25"/>
<stop offset="1" stop-color="#ffb655" stop-opacity="0"/></radialGradient>
<radialGradient id="cloud"><stop offset="0" stop-color="#8d99c8" stop-opacity=".30"/><stop offset="1" stop-color="#8d99c8" stop-opacity="0"/></radialGradient>
<linearGradient id="beam" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#fff4c8" stop-opacity=".75"/><stop offset=".25" stop-color="#fff4c8" stop-opacity=".28"/>
<stop offset="1" stop-color="#fff4c8" stop-opacity="0"/></linearGradient>
<linearGradient id="tower" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#aeb6d6"/><stop offset="1" stop-color="#4c5680"/></linearGradient>
<linearGradient id="hull" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e8ebf5"/><stop offset="1" stop-color="#8089ad"/></linearGradient>
</defs>"""


def streak(x, top, bottom, width, colour, strength, t, seed, sway=9.0):
    """A light's reflection: short lines under it that shiver and fade with distance."""
    out, y, n = [], top, 0
    while y < bottom:
        far = (y - top) / (bottom - top)
        shift = math.sin(1.9 * t + 0.55 * n + seed) * sway * (0.3 + far) + math.sin(3.1 * t - 0.9 * n + 2 * seed) * sway * 0.4
        half = width * (0.55 + 0.7 * far) * (0.65 + 0.35 * math.sin(2.3 * t + 1.7 * n + seed))
        glow = strength * (1 - far) ** 1.3 * (0.7 + 0.3 * math.sin(2.7 * t + 2.1 * n + seed))
        out.append(f'<path d="M{x + shift - half:.1f} {y:.1f}h{2 * half:.1f}" stroke="{colour}" stroke-opacity="{max(glow, 0):.2f}" '
                   f'stroke-width="{2 + 2 * far:.1f}" stroke-linecap="round"/>')
        y += 5 + 5 * far
        n += 1
    return "".join(out)


def sky(t):
    stars = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.2f}" fill="#fff" fill-opacity="{0.45 + 0.3 * math.sin(1.1 * t + p):.2f}"/>' for x, y, r, p in STARS)
    clouds = "".join(f'<ellipse cx="{(x + v * t) % (W + 700) - 350:.1f}" cy="{y}" rx="{rx}" ry="{ry}" fill="url(#cloud)"/>'
                     for x, y, rx, ry, v in [(500, 210, 330, 26, 7), (1050, 165, 280, 20, 5), (1400, 260, 360, 30, 8)])
    x, y = MOON
    return (f'<rect width="{W}" height="{HORIZON}" fill="url(#sky)"/>{stars}'
            f'<circle cx="{x}" cy="{y}" r="210" fill="url(#halo)"/><circle cx="{x}" cy="{y}" r="44" fill="#f8efd2"/>'
            f'<g fill="#ded3b2" fill-opacity=".6"><circle cx="{x - 13}" cy="{y - 9}" r="9"/><circle cx="{x + 14}" cy="{y + 13}" r="12"/>'
            f'<circle cx="{x + 8}" cy="{y - 20}" r="5"/></g>{clouds}')


def shore(t):
    hills = ('<path d="M0 420V352C120 318 220 336 330 322S560 286 690 338S900 386 1000 420Z" fill="#1b2650"/>'
             '<path d="M0 420V384C140 360 260 372 380 366S620 372 720 420Z" fill="#121a3c"/>')
    houses = "".join(f'<path d="M{x - 4} {y}L{x + w / 2} {y - 18}L{x + w + 4} {y}V{HORIZON}H{x - 4}Z" fill="#0c1230"/>' for x, y, w, h in HOUSES)
    lit = "".join(f'<rect x="{x}" y="{y}" width="6" height="8" fill="#ffc768" fill-opacity="{0.25 + 0.65 * ((n * 7) % 5 > 1) * ease(t + 30, (n * 11) % 50, 1):.2f}"/>'
                  for n, (x, y) in enumerate(WINDOWS))
    return hills + houses + lit


def lighthouse(t):
    """One turn in nine seconds: the beam is long when it points across, and a flash when it points at us."""
    x, y = LAMP
    turn = 2 * math.pi * t / 9
    across, toward = math.cos(turn), max(0.0, math.sin(turn)) ** 10
    reach = 900 * across
    spread = 60 + 40 * abs(across)
    beam = (f'<g transform="translate({x} {y}) scale({reach / 100:.3f} 1)" opacity="{0.25 + 0.75 * abs(across):.2f}">'
            f'<path d="M0 -4L100 {-spread:.1f}V{spread * 0.55:.1f}L0 4Z" fill="url(#beam)"/></g>') if abs(across) > 0.02 else ""
    tower = (f'<path d="M{x - 13} {y + 14}L{x - 24} 404H{x + 24}L{x + 13} {y + 14}Z" fill="url(#tower)"/>'
             f'<path d="M{x - 17} 318L{x - 20} 352H{x + 20}L{x + 17} 318Z" fill="#8e3340"/>'
             f'<rect x="{x - 19}" y="{y + 10}" width="38" height="6" fill="#232b4c"/><rect x="{x - 10}" y="{y - 10}" width="20" height="21" fill="#ffe9a8"/>'
             f'<path d="M{x - 14} {y - 10}L{x} {y - 26}L{x + 14} {y - 10}Z" fill="#232b4c"/>'
             '<path d="M948 420C975 396 1010 402 1040 398S1120 402 1150 420Z" fill="#0a1029"/>')
    glow = f'<circle cx="{x}" cy="{y}" r="{52 + 150 * toward:.1f}" fill="url(#warm)"/>'
    return beam + tower + glow


def ferry(t):
    """A white ferry: first a light beyond the lighthouse, then in from the right and on to the quay."""
    far = 0.9 * (1 - ease(t, script.FERRY_ENTERS, 1)) * ease(t, 6, 2)
    light = (f'<circle cx="{1180 - 5 * (t - 6):.1f}" cy="408" r="26" fill="url(#warm)" opacity="{far:.2f}"/>'
             f'<circle cx="{1180 - 5 * (t - 6):.1f}" cy="408" r="2.6" fill="#ffe6b0" fill-opacity="{far:.2f}"/>'
             + streak(1180 - 5 * (t - 6), 424, 500, 3, "#ffd890", 0.5 * far, t, 1.0, 4))
    x = 1420 - 640 * ease(t, script.FERRY_ENTERS, 16)
    if t < script.FERRY_ENTERS:
        return light, ""
    bob = 2.2 * math.sin(1.3 * t)
    windows = "".join(f'<rect x="{-96 + 24 * n}" y="-46" width="14" height="11" rx="2" fill="#ffd27a"/>' for n in range(8))
    deck = "".join(f'<circle cx="{-70 + 19 * n}" cy="{-72 - (1.5 * math.sin(5 * t + n) if t > 27 else 0):.1f}" r="4" fill="#2a335c"/>'
                   f'<path d="M{-74 + 19 * n} -56v-9q4 -5 8 0v9z" fill="#2a335c"/>' for n in range(7))
    boat = (f'<g transform="translate({x:.1f} {470 + bob:.1f}) rotate({0.6 * math.sin(1.1 * t):.2f})">'
            f'<circle cx="0" cy="-40" r="190" fill="url(#warm)" opacity=".5"/>'
            f'<path d="M-166 -26H150L132 20H-132Q-152 6 -166 -26Z" fill="url(#hull)"/><path d="M-150 0H141L132 20H-132Q-142 13 -150 0Z" fill="#7d2c3c"/>'
            f'<rect x="-110" y="-56" width="216" height="30" rx="5" fill="#dfe3f0"/>{windows}{deck}'
            f'<rect x="34" y="-96" width="26" height="40" rx="3" fill="#7d2c3c"/><rect x="34" y="-86" width="26" height="8" fill="#f4e8c8"/>'
            f'<path d="M-96 -56V-124" stroke="#c9cfe6" stroke-width="3"/><circle cx="-96" cy="-124" r="20" fill="url(#warm)"/><circle cx="-96" cy="-124" r="3.4" fill="#fff2c8"/>'
            f'<text x="-84" y="-6" font-family="{FONT}" font-size="19" font-weight="bold" letter-spacing="4" fill="#3a4470">LUNA</text>'
            f'<circle cx="-162" cy="-28" r="16" fill="#e04848" fill-opacity=".25"/><circle cx="-162" cy="-28" r="3.4" fill="#ff6a5e"/></g>')
    water = "".join(streak(x - 89 + 24 * n, 494, 610, 6, "#ffc768", 0.55, t, n * 1.3, 7) for n in range(8)) + streak(x - 162, 494, 580, 4, "#ff6a5e", 0.5, t, 9, 6)
    return light, water + boat


def water(t):
    ripples = []
    r = random.Random(5)
    for _ in range(120):
        depth = r.random() ** 1.6
        y, x, length, pace, phase = HORIZON + 6 + 290 * depth, r.uniform(0, W + 200), 18 + 80 * depth, r.uniform(4, 14), r.uniform(0, 6)
        strength = (0.05 + 0.10 * depth) * (0.6 + 0.4 * math.sin(1.3 * t + phase))
        ripples.append(f'<path d="M{(x + pace * (0.4 + depth) * t) % (W + 200) - 100:.1f} {y + 1.5 * math.sin(t + phase):.1f}h{length:.1f}" stroke="#8ea0da" '
                       f'stroke-opacity="{strength:.3f}" stroke-width="{1.2 + 1.6 * depth:.1f}" stroke-linecap="round"/>')
    moon = streak(MOON[0], 426, 716, 30, "#f6ecc8", 0.75, t, 0.4, 15)
    town = "".join(streak(x + 3, 424, 500, 3.5, "#ffc768", 0.32, t, n * 0.7, 4) for n, (x, _) in enumerate(WINDOWS[::4]))
    return f'<rect y="{HORIZON}" width="{W}" height="{H - HORIZON}" fill="url(#sea)"/>' + "".join(ripples) + moon + town + streak(LAMP[0], 424, 600, 9, "#ffe9a8", 0.5, t, 2.2, 8)


def sailing_boat(t):
    lean = 2.2 * math.sin(0.9 * t)
    return (streak(566, 500, 585, 4, "#9fe0b0", 0.45, t, 3.3, 6) +
            f'<g transform="translate(560 {486 + 2 * math.sin(0.9 * t + 1):.1f}) rotate({lean:.2f})"><path d="M-52 0H56Q44 24 22 24H-34Q-48 16 -52 0Z" fill="#0a1029"/>'
            '<path d="M4 0V-120M4 -18H-44" stroke="#0a1029" stroke-width="4" fill="none"/><path d="M4 -118L54 -2M4 -118L-50 -2" stroke="#0a1029" stroke-width="1.2"/>'
            '<circle cx="4" cy="-120" r="14" fill="#9fe0b0" fill-opacity=".25"/><circle cx="4" cy="-120" r="3" fill="#c9f5d4"/></g>')


def buoy(t):
    """The bell buoy: it rocks, and its lamp flares with each stroke."""
    flare = max([math.exp(-2.5 * (t - at)) for at in script.BELL_STROKES if t >= at] or [0])
    rock = 7 * math.sin(1.2 * t) + 9 * flare * math.sin(9 * t)
    return (streak(700, 556, 640, 5, "#a8f0b8", 0.25 + 0.6 * flare, t, 5.1, 7) +
            f'<g transform="translate(700 552) rotate({rock:.2f})"><path d="M-20 0H20L12 -16H-12Z" fill="#0d1433"/><path d="M-11 -16L-5 -56H5L11 -16" fill="none" stroke="#0d1433" stroke-width="4"/>'
            f'<path d="M-6 -30Q0 -44 6 -30L8 -26H-8Z" fill="#b08a3c"/><circle cx="0" cy="-60" r="{12 + 34 * flare:.1f}" fill="#a8f0b8" fill-opacity="{0.2 + 0.35 * flare:.2f}"/>'
            '<circle cx="0" cy="-60" r="4" fill="#d8ffe0"/></g>')


def person(x, height, coat, hair, t, talking, waving):
    """A figure seen from behind the lamp light; it nods while it speaks and waves at the end."""
    nod = 1.6 * math.sin(9 * t) * talking
    sway = 0.8 * math.sin(0.8 * t + x)
    lift = ease(waving, 0, 1)
    hand_x, hand_y = (x + 30 + 9 * math.sin(7 * t), 500) if lift > 0.5 else (x + 22, 582)
    return (f'<path d="M{x - 24} 646L{x - 19 + sway:.1f} 560Q{x + sway:.1f} 538 {x + 19 + sway:.1f} 560L{x + 24} 646Z" fill="{coat}"/>'
            f'<path d="M{x + 14 + sway:.1f} 560L{hand_x:.1f} {hand_y}" stroke="{coat}" stroke-width="11" stroke-linecap="round"/>'
            f'<path d="M{x - 11} 644v34M{x + 11} 644v34" stroke="#0a0f26" stroke-width="12" stroke-linecap="round"/>'
            f'<circle cx="{x + sway:.1f}" cy="{528 - height + nod:.1f}" r="17" fill="#c99a78"/><path d="M{x - 18 + sway:.1f} {528 - height + nod:.1f}a18 18 0 0 1 36 0q-18 -10 -36 0z" fill="{hair}"/>')


def quay(t):
    speaks = {cue.who: any(c.who == cue.who and c.start <= t < c.end for c in script.HARBOUR) for cue in script.HARBOUR}
    waving = t - 30.8
    lit = ease(t, script.SIGN_LIGHTS_UP, 0.25)
    sign = (f'<path d="M60 560V470M250 560V470" stroke="#10162f" stroke-width="8"/><rect x="24" y="424" width="262" height="72" rx="8" fill="{mix_colours("#131a38", "#f3e6c2", lit)}" '
            f'stroke="#0a0f26" stroke-width="5"/><text x="155" y="470" font-family="{FONT}" font-weight="bold" font-size="27" text-anchor="middle" '
            f'fill="{mix_colours("#232c52", "#24305e", lit)}">PORTO VECCHIO</text>')
    lamp_x, lamp_y = 330, 372
    stones = "".join(f'<path d="M{x} {y}h{w}" stroke="#2a3158" stroke-width="2" stroke-opacity=".6"/>' for x, y, w in
                     [(20, 618, 90), (150, 618, 120), (320, 618, 80), (60, 642, 110), (230, 642, 90), (10, 668, 80), (140, 668, 130), (330, 668, 110), (60, 694, 120), (260, 694, 130)])
    return (f'<path d="M0 560H470L520 720H0Z" fill="#161c3a"/><path d="M0 560H470L475 576H0Z" fill="#2b3259"/>{stones}'
            f'<circle cx="155" cy="460" r="260" fill="url(#warm)" opacity="{0.45 * lit:.2f}"/>{sign}'
            f'<circle cx="{lamp_x}" cy="{lamp_y}" r="190" fill="url(#warm)" opacity=".75"/><path d="M{lamp_x} 570V{lamp_y}" stroke="#0a0f26" stroke-width="8"/>'
            f'<path d="M{lamp_x - 16} {lamp_y}h32l-7 -26h-18z" fill="#ffe3a0"/><path d="M{lamp_x - 20} {lamp_y - 26}h40l-20 -14z" fill="#0a0f26"/>'
            + person(392, 0, "#5a3350", "#4a2c1c", t, speaks["anna"], waving) + person(448, 10, "#27425c", "#1a1f38", t, speaks["tom"], waving - 0.6)
            + '<path d="M492 602q-14 -30 0 -40h22q14 10 0 40z" fill="#0a0f26"/>')


def frame(number):
    t = number / RATE
    light, near = ferry(t)
    return svg(W, H, DEFINITIONS + sky(t) + shore(t) + water(t) + light + lighthouse(t) + sailing_boat(t) + near + buoy(t) + quay(t) + clock(number, RATE, W, H))
