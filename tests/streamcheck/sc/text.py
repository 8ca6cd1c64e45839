"""WebVTT and TTML reading; BCP 47 checks."""
import html
import re
import xml.etree.ElementTree as ET

TS = r'(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})'
CUE = re.compile(r'^' + TS + r'[ \t]+-->[ \t]+' + TS + r'(?:[ \t]+(.*))?$')
MAP = re.compile(r'^X-TIMESTAMP-MAP=(?:LOCAL:(?P<l1>[\d:.]+),\s*MPEGTS:(?P<m1>\d+)|MPEGTS:(?P<m2>\d+),\s*LOCAL:(?P<l2>[\d:.]+))\s*$')


def secs(h, m, s, ms):
    return int(h or 0) * 3600 + int(m) * 60 + int(s) + int(ms) / 1000


def webvtt(data):
    """-> dict(errors, map=(local seconds, mpegts) or None, cues=[(start, end, text, settings)])"""
    r = {'errors': [], 'map': None, 'mapline': None, 'cues': [], 'header': False}
    try:
        t = data.decode('utf-8')
    except UnicodeDecodeError as e:
        r['errors'].append('not UTF-8: %s' % e)
        return r
    t = t.lstrip('\ufeff').replace('\r\n', '\n').replace('\r', '\n')
    lines = t.split('\n')
    if not re.match(r'^WEBVTT([ \t].*)?$', lines[0]):
        r['errors'].append('does not start with WEBVTT')
        return r
    r['header'] = True
    blocks = re.split(r'\n{2,}', t)
    for ln in blocks[0].split('\n')[1:]:
        if ln.startswith('X-TIMESTAMP-MAP'):
            r['mapline'] = ln
            m = MAP.match(ln)
            if not m:
                r['errors'].append('bad X-TIMESTAMP-MAP line %r' % ln)
            else:
                q = re.match('^' + TS + '$', m['l1'] or m['l2'])
                if not q:
                    r['errors'].append('bad LOCAL time in %r' % ln)
                else:
                    r['map'] = (secs(*q.groups()), int(m['m1'] or m['m2']))
        elif '-->' in ln:
            r['errors'].append('cue in the header block')
    for b in blocks[1:]:
        ls = [x for x in b.split('\n') if x != '']
        if not ls or re.match(r'^(NOTE|STYLE|REGION)\b', ls[0]):
            if any(x.startswith('X-TIMESTAMP-MAP') for x in ls):
                r['errors'].append('X-TIMESTAMP-MAP outside the header block')
            continue
        i = 0 if '-->' in ls[0] else 1
        if i >= len(ls) or '-->' not in ls[i]:
            r['errors'].append('block without a timing line: %r' % b[:40])
            continue
        m = CUE.match(ls[i])
        if not m:
            r['errors'].append('bad cue timing %r' % ls[i])
            continue
        g = m.groups()
        a, e = secs(*g[:4]), secs(*g[4:8])
        if e <= a:
            r['errors'].append('cue ends at %.3f before it starts at %.3f' % (e, a))
        r['cues'].append((a, e, '\n'.join(ls[i + 1:]), g[8] or ''))
    return r


def plain(cue):
    """the words of a WebVTT cue: without tags and entities, white space squeezed"""
    return ' '.join(html.unescape(re.sub(r'<[^>]*>', '', cue)).split())


def words(element):
    """the words under a TTML element, br as a space"""
    out = element.text or ''
    for child in element:
        out += (' ' if child.tag.endswith('}br') else words(child)) + (child.tail or '')
    return out


def clock(v):
    """seconds of a TTML time expression without frames or ticks, else None"""
    m = re.match(r'^(\d{2,}):(\d\d):(\d\d(?:\.\d+)?)$', v or '')
    if m:
        return int(m[1]) * 3600 + int(m[2]) * 60 + float(m[3])
    m = re.match(r'^(\d+(?:\.\d+)?)(h|m|s|ms)$', v or '')
    return float(m[1]) * {'h': 3600, 'm': 60, 's': 1, 'ms': 0.001}[m[2]] if m else None


def ttml(data):
    r = {'errors': [], 'lang': None, 'n': 0, 'profile': None, 'spans': [], 'cues': []}
    try:
        x = ET.fromstring(data)
    except ET.ParseError as e:
        r['errors'].append('not well-formed XML: %s' % e)
        return r
    if x.tag != '{http://www.w3.org/ns/ttml}tt':
        r['errors'].append('root element is %s, not tt of http://www.w3.org/ns/ttml' % x.tag)
    r['lang'] = x.get('{http://www.w3.org/XML/1998/namespace}lang')
    if r['lang'] is None:
        r['errors'].append('tt has no xml:lang')
    r['n'] = sum(1 for _ in x.iter('{http://www.w3.org/ns/ttml}p'))
    r['spans'] = []
    for q in x.iter('{http://www.w3.org/ns/ttml}p'):
        a, e = clock(q.get('begin')), clock(q.get('end'))
        if a is not None and e is not None:
            r['spans'].append((a, e))
            r['cues'].append((a, e, ' '.join(words(q).split())))
            if e <= a:
                r['errors'].append('p ends at %s before it begins at %s' % (q.get('end'), q.get('begin')))
    r['profile'] = x.get('{http://www.w3.org/ns/ttml#parameter}contentProfiles') or x.get('{http://www.w3.org/ns/ttml#parameter}profile')
    return r


BCP47 = re.compile(r'''^(?:(?P<lang>[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}|[A-Za-z]{4}|[A-Za-z]{5,8})
  (?:-(?P<script>[A-Za-z]{4}))?(?:-(?P<region>[A-Za-z]{2}|\d{3}))?
  (?:-(?:[A-Za-z0-9]{5,8}|\d[A-Za-z0-9]{3}))*(?:-[0-9A-WY-Za-wy-z](?:-[A-Za-z0-9]{2,8})+)*(?:-[xX](?:-[A-Za-z0-9]{1,8})+)?
  |[xX](?:-[A-Za-z0-9]{1,8})+)$''', re.X)
# ISO 639-2 codes (T and B) that have a two-letter code: the registry holds only the short one
ISO3TO2 = dict(zip('''aar abk afr aka amh ara arg asm ava ave aym aze bak bam bel ben bis bod bos bre bul cat ces cha che chu chv cor cos cre cym dan deu div dzo ell eng epo est eus ewe fao fas fij fin fra fry ful gla gle glg glv grn guj hat hau heb her hin hmo hrv hun hye ibo ido iii iku ile ina ind ipk isl ita jav jpn kal kan kas kat kau kaz khm kik kin kir kom kon kor kua kur lao lat lav lim lin lit ltz lub lug mah mal mar mkd mlg mlt mon mri msa mya nau nav nbl nde ndo nep nld nno nob nor nya oci oji ori orm oss pan pli pol por pus que roh ron run rus sag san sin slk slv sme smo sna snd som sot spa sqi srd srp ssw sun swa swe tah tam tat tel tgk tgl tha tir ton tsn tso tuk tur twi uig ukr urd uzb ven vie vol wln wol xho yid yor zha zho zul'''.split(),
'''aa ab af ak am ar an as av ae ay az ba bm be bn bi bo bs br bg ca cs ch ce cu cv kw co cr cy da de dv dz el en eo et eu ee fo fa fj fi fr fy ff gd ga gl gv gn gu ht ha he hz hi ho hr hu hy ig io ii iu ie ia id ik is it jv ja kl kn ks ka kr kk km ki rw ky kv kg ko kj ku lo la lv li ln lt lb lu lg mh ml mr mk mg mt mn mi ms my na nv nr nd ng ne nl nn nb no ny oc oj or om os pa pi pl pt ps qu rm ro rn ru sg sa si sk sl se sm sn sd so st es sq sc sr ss su sw sv ty ta tt te tg tl th ti to tn ts tk tr tw ug uk ur uz ve vi vo wa wo xh yi yo za zh zu'''.split()))
ISO3TO2.update({'alb': 'sq', 'arm': 'hy', 'baq': 'eu', 'bur': 'my', 'chi': 'zh', 'cze': 'cs', 'dut': 'nl', 'fre': 'fr', 'geo': 'ka', 'ger': 'de', 'gre': 'el', 'ice': 'is', 'mac': 'mk', 'mao': 'mi', 'may': 'ms', 'per': 'fa', 'rum': 'ro', 'slo': 'sk', 'tib': 'bo', 'wel': 'cy'})


def lang_problem(tag):
    """None, or what is wrong with the form of a language tag (RFC 5646 2.1)"""
    return None if BCP47.match(tag or '') else 'is not a well-formed BCP 47 tag'


def lang_short(tag):
    """None, or that a shorter registered code exists (RFC 5646 2.2.1)"""
    m = BCP47.match(tag or '')
    if not m:
        return None
    p = (m['lang'] or 'x').split('-')[0].lower()
    if len(p) == 3 and p in ISO3TO2:
        return 'uses the three-letter code %s where the registry has %r' % (p, ISO3TO2[p])
    return None


def lang_case(tag):
    """None or the conventional casing"""
    parts = tag.split('-')
    out = [parts[0].lower()]
    for i, x in enumerate(parts[1:], 1):
        if len(parts[i - 1]) == 1:
            out.append(x.lower())
        elif len(x) == 4 and x.isalpha():
            out.append(x.title())
        elif len(x) == 2:
            out.append(x.upper())
        else:
            out.append(x.lower())
    c = '-'.join(out)
    return None if c == tag else c


def primary(tag):
    p = (tag or 'und').split('-')[0].lower()
    return ISO3TO2.get(p, p)
