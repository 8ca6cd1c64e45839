"""The truth table as code: what an asset's tracks must look like in HLS and in DASH, and the check that they do.

tracks.json: {"tracks": [{"type": "audio", "lang": "en", "name": "English", "kind": "main", "default": true, ...}, ...]}
fields: type video|audio|text, kind, lang, name, default, autoselect, forced, hidden, width and height (video),
        characteristics (extra list), role (DASH Role override), source (a WebVTT or TTML file, relative to tracks.json)"""
import json
import os

from . import text
from .core import rule
from .dash import RS, TVA

rule('EXPECT-HIDDEN', 'policy', 'ERROR', 'product', 'hidden tracks are in neither output')
rule('EXPECT-PRESENT', 'policy', 'ERROR', 'product', 'every visible track is offered: audio and text once per group / once in the MPD, video by its size')
rule('EXPECT-EXTRA', 'policy', 'ERROR', 'product', 'nothing is offered that the asset does not have')
rule('EXPECT-HLS', 'policy', 'ERROR', 'truth table', 'EXT-X-MEDIA attributes follow the truth table')
rule('EXPECT-DASH', 'policy', 'ERROR', 'truth table', 'AdaptationSet lang, Label, Role and Accessibility follow the truth table')
rule('EXPECT-CUES', 'policy', 'ERROR', 'product', 'the cues delivered are the cues of the source')

DV, SI = 'public.accessibility.describes-video', 'public.accessibility.enhances-speech-intelligibility'
SD, MS, ER = 'public.accessibility.transcribes-spoken-dialog', 'public.accessibility.describes-music-and-sound', 'public.easy-to-read'
# (type, kind) -> HLS CHARACTERISTICS, DASH Role, DASH Accessibility
KIND = {
    ('audio', 'main'): ([], ['main'], []),
    ('audio', 'alternate'): ([], ['alternate'], []),
    ('audio', 'dub'): ([], ['dub'], []),
    ('audio', 'commentary'): ([], ['commentary'], []),
    ('audio', 'supplementary'): ([], ['supplementary'], []),
    ('audio', 'karaoke'): ([], ['karaoke'], []),
    ('audio', 'emergency'): ([], ['emergency'], []),
    ('audio', 'description'): ([DV], ['alternate'], [(RS, 'description'), (TVA, '1')]),
    ('audio', 'enhanced-audio-intelligibility'): ([SI], ['alternate'], [(RS, 'enhanced-audio-intelligibility'), (TVA, '2')]),
    ('text', 'subtitles'): ([], ['subtitle'], []),
    ('text', 'captions'): ([SD, MS], ['caption'], [(RS, 'caption')]),
    ('text', 'forced'): ([], ['forced-subtitle'], []),
    ('text', 'easyreader'): ([ER], ['easyreader', 'subtitle'], []),
    ('text', 'commentary'): ([], ['commentary', 'subtitle'], []),
    ('text', 'karaoke'): ([], ['karaoke'], []),
    ('text', 'description'): ([], ['description'], []),
    ('video', 'main'): ([], ['main'], []),
    ('video', 'sign'): ([], ['sign'], [(RS, 'sign')]),
}
AUTOSELECTED = ('main', 'dub', 'description', 'enhanced-audio-intelligibility')   # audio kinds
SLACK = 0.06                                                                      # seconds a cue may be off


def read(path):
    """the expectation, with the sources found beside it"""
    ex = json.load(open(path, encoding='utf-8'))
    for t in ex['tracks']:
        if 'source' in t:
            t['source'] = os.path.join(os.path.dirname(os.path.abspath(path)), t['source'])
    return ex


def kind_of(t):
    return t.get('kind') or ('main' if t['type'] != 'text' else 'forced' if t.get('forced') else 'subtitles')


def signals(t):
    """-> CHARACTERISTICS, Roles, Accessibility"""
    chars, roles, acc = KIND.get((t['type'], kind_of(t)), ([], [], []))
    return chars + [c for c in t.get('characteristics', []) if c not in chars], [t['role']] if t.get('role') else roles, acc


def visible(ex, typ):
    return [t for t in ex['tracks'] if t['type'] == typ and not t.get('hidden')]


def hidden(ex, typ):
    return [t for t in ex['tracks'] if t['type'] == typ and t.get('hidden')]


# ---------------------------------------------------------------- cues
def source_cues(path):
    data = open(path, 'rb').read()
    cues = text.ttml(data)['cues'] if path.endswith('.ttml') else text.webvtt(data)['cues']
    return [(c[0], c[1], text.plain(c[2])) for c in cues]


def joined(shown):
    """cues that were cut at segment borders, put together again"""
    out = []
    for a, e, words in sorted(shown, key=lambda c: (c[2], c[0])):
        if out and out[-1][2] == words and a <= out[-1][1] + SLACK:
            out[-1] = (out[-1][0], max(e, out[-1][1]), words)
        else:
            out.append((a, e, words))
    return out


def check_cues(rep, subject, shown, source):
    want, got = source_cues(source), joined(shown)
    near = lambda c, d: abs(c[0] - d[0]) < SLACK and abs(c[1] - d[1]) < SLACK and c[2] == d[2]
    lost = [c for c in want if not any(near(c, g) for g in got)]
    strange = [g for g in got if not any(near(c, g) for c in want)]
    rep.check('EXPECT-CUES', not lost and not strange, subject, '%d of %d source cues not delivered at their times, e.g. %s; %d delivered are not in the source, e.g. %s'
              % (len(lost), len(want), lost[:1], len(strange), strange[:1]), '%d cues' % len(want))


def delivered(rend, start):
    """(start, end, words) of the WebVTT segments of an HLS rendition; `start` is the media time at which the video begins"""
    for _, _, _, file in rend.cues:
        local, mpegts = file['map'] or (0.0, 0)
        off = mpegts / 90000 - local - start
        for c in file['cues']:
            yield c[0] + off, c[1] + off, text.plain(c[2])


# ---------------------------------------------------------------- HLS
def check_hls(rep, url, res, ex):
    p = res.get('multivariant')
    if p is None:
        return
    check_sizes(rep, url, ex, {v.get('RESOLUTION') for v in p.variants} - {None})
    for typ, T in (('audio', 'AUDIO'), ('text', 'SUBTITLES')):
        groups = {}
        for a in p.media:
            if a.get('TYPE') == T:
                groups.setdefault(a.get('GROUP-ID'), []).append(a)
        want = visible(ex, typ)
        for t in hidden(ex, typ):
            hit = any(a.get('NAME') == t.get('name') for ms in groups.values() for a in ms)
            rep.check('EXPECT-HIDDEN', not hit, url, '%s track %r (%s) is hidden but listed' % (typ, t.get('name'), t.get('lang')))
        if not groups and not (typ == 'audio' and len(want) <= 1):
            rep.check('EXPECT-PRESENT', not want, url, 'no %s group, %d tracks expected' % (T, len(want)))
        for g, ms in groups.items():
            for t in want:
                m = [a for a in ms if a.get('NAME') == t.get('name')]
                s = '%s %s/%s' % (url, g, t.get('name'))
                rep.check('EXPECT-PRESENT', len(m) == 1, s, '%d renditions named %r' % (len(m), t.get('name')))
                if len(m) == 1:
                    check_media(rep, s, t, m[0])
                    if typ == 'text':
                        check_vtt(rep, s, t, res['renditions'], m[0].get('_uri'))
            names = {t.get('name') for t in want}
            extra = [a.get('NAME') for a in ms if a.get('NAME') not in names]
            rep.check('EXPECT-EXTRA', not extra, '%s group %s' % (url, g), 'unexpected %s' % extra)


def check_media(rep, subject, t, a):
    """one EXT-X-MEDIA against its track"""
    chars, _, _ = signals(t)
    forced, default = kind_of(t) == 'forced', bool(t.get('default'))
    auto = t.get('autoselect', default or forced or bool({DV, SD, MS} & set(chars)) or (t['type'] == 'audio' and kind_of(t) in AUTOSELECTED))
    said = set((a.get('CHARACTERISTICS') or '').split(',')) - {''}
    word = lambda yes: 'YES' if yes else 'NO'
    pr = []
    if a.get('LANGUAGE') != t.get('lang'):
        pr.append('LANGUAGE=%s, expected %s' % (a.get('LANGUAGE'), t.get('lang')))
    if (a.get('DEFAULT') == 'YES') != default:
        pr.append('DEFAULT=%s, expected %s' % (a.get('DEFAULT'), word(default)))
    if auto and a.get('AUTOSELECT') != 'YES':
        pr.append('AUTOSELECT=%s, expected YES' % a.get('AUTOSELECT'))
    if (a.get('FORCED') == 'YES') != forced:
        pr.append('FORCED=%s, expected %s' % (a.get('FORCED'), word(forced)))
    if said != set(chars):
        pr.append('CHARACTERISTICS=%s, expected %s' % (a.get('CHARACTERISTICS'), ','.join(chars) or 'none'))
    rep.check('EXPECT-HLS', not pr, subject, '; '.join(pr))


def check_vtt(rep, subject, t, renditions, uri):
    x = renditions.get(uri)
    if x is None or not t.get('source') or getattr(x, 'sampled', False):
        return
    base = next((z for z in renditions.values() if getattr(z, 'role', '') == 'video' and hasattr(z, 'start')), None)
    # A cue is repeated whole in each segment that it touches, so what is delivered needs no joining but bears it.
    check_cues(rep, subject, delivered(x, base.start if base else 0), t['source'])


def check_sizes(rep, url, ex, offered):
    want = {'%dx%d' % (t['width'], t['height']) for t in visible(ex, 'video') if 'width' in t}
    if want:
        rep.check('EXPECT-PRESENT', want <= offered, url, 'no rendition of %s' % sorted(want - offered))
        rep.check('EXPECT-EXTRA', offered <= want, url, 'unexpected renditions of %s' % sorted(offered - want))


# ---------------------------------------------------------------- DASH
def check_dash(rep, url, res, ex):
    sets = [i for i in res.get('sets', []) if not i.get('trick') and not i.get('thumb')]
    both = lambda i, q, name: q['el'].get(name) or i['el'].get(name)
    check_sizes(rep, url, ex, {'%sx%s' % (both(i, q, 'width'), both(i, q, 'height')) for i in sets if i['type'] == 'video' for q in i['reps']})
    for typ in ('audio', 'text'):
        left = [i for i in sets if i['type'] == typ]
        for t in hidden(ex, typ):
            rep.check('EXPECT-HIDDEN', not any(i['label'] and i['label'] == t.get('name') for i in left), url, '%s track %r is hidden but listed' % (typ, t.get('name')))
        for t in visible(ex, typ):
            m = sets_of(left, t)
            s = '%s %s %r' % (url, typ, t.get('name'))
            rep.check('EXPECT-PRESENT', bool(m), s, 'no AdaptationSet for it')
            for i in m:
                left.remove(i)
                check_set(rep, s, t, i)
        rep.check('EXPECT-EXTRA', not left, url, '%s: unexpected AdaptationSets %s' % (typ, [i['id'] for i in left]))


def sets_of(sets, t):
    """the AdaptationSets of a track: by label, else the first by language and role, else by language"""
    labelled = [i for i in sets if i['label'] == t.get('name')]
    if labelled:
        return labelled
    spoken = [i for i in sets if not i['label'] and i['lang'] == t.get('lang')]
    return ([i for i in spoken if set(signals(t)[1]) <= set(i['roles'])] or spoken)[:1]


def check_set(rep, subject, t, i):
    _, roles, acc = signals(t)
    pr = []
    if i['lang'] != t.get('lang'):
        pr.append('lang=%s, expected %s' % (i['lang'], t.get('lang')))
    if not set(roles) <= set(i['roles']):
        pr.append('Role %s, expected %s' % (i['roles'], roles))
    if not set(acc) <= set(i['acc']):
        pr.append('Accessibility %s, expected %s' % (i['acc'], acc))
    if acc == [] and any(v in ('description', 'caption') for _, v in i['acc']):
        pr.append('unexpected Accessibility %s' % i['acc'])
    if t.get('default') and t['type'] == 'audio' and 'main' not in i['roles']:
        pr.append('default track lacks Role main')
    rep.check('EXPECT-DASH', not pr, subject, '; '.join(pr))
    for q in i['reps'] if t.get('source') else []:
        if q['rend'].track is not None and not q['sampled']:
            check_cues(rep, '%s Representation %s' % (subject, q['id']), q['rend'].shown, t['source'])
