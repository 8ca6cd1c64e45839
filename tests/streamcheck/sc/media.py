"""Checks on fMP4/CMAF, TS, packed audio and text segments, shared by the HLS and DASH sides."""
import struct
from . import cenc, bmff, codecs, text, ts
from .core import rule

C = 'cmaf'
rule('CMAF-INIT-PARSE', 'iso', 'ERROR', 'ISO 14496-12', 'the init segment is a clean sequence of boxes')
rule('CMAF-INIT-STRUCT', C, 'ERROR', 'ISO 23000-19 7.3.2.1', 'CMAF header: ftyp first, one moov, one trak, mvex/trex, no mdat or moof')
rule('CMAF-INIT-BRAND', C, 'WARN', 'ISO 23000-19 7.2', 'ftyp lists a CMAF structural brand (cmfc or cmf2) and iso6 or later')
rule('CMAF-INIT-ISO6', 'rfc', 'ERROR', 'RFC 8216bis 3.1.2', 'ftyp has a brand compatible with iso6 or higher')
rule('CMAF-INIT-DURATION', 'rfc', 'ERROR', 'RFC 8216bis 3.1.2; ISO 23000-19 7.5', 'mvhd and tkhd durations are zero (the total goes to mehd)')
rule('CMAF-INIT-TABLES', C, 'ERROR', 'ISO 23000-19 7.5 (stts/stsc/stsz/stco empty)', 'sample tables of the CMAF header are empty')
rule('CMAF-INIT-HDLR', 'iso', 'ERROR', 'ISO 14496-12 8.4.5/12', 'handler type agrees with the media header box and the sample entry')
rule('CMAF-INIT-ENTRY', 'iso', 'ERROR', 'ISO 14496-12/-15', 'sample entry and decoder configuration can be read')
rule('CMAF-INIT-EDIT', C, 'ERROR', 'ISO 23000-19 7.5.13', 'edit list, if any, is one offset edit: duration 0 (or whole), media_time >= 0, rate 1, no empty edit')
rule('CMAF-INIT-CMF2', C, 'ERROR', 'ISO 23000-19 7.7', "brand 'cmf2' on video means no edit list")
rule('CMAF-INIT-COLR', C, 'WARN', 'ISO 23000-19 9.2.3; Apple 1.35', 'video sample entry carries pasp and, for HDR, colr')
rule('CMAF-INIT-TKHD', 'iso', 'ERROR', 'ISO 14496-12 8.3.2', 'tkhd: track enabled; width and height set for video')
rule('CMAF-INIT-PRIMING', 'policy', 'WARN', 'ISO 14496-12 8.6.6; 14496-3; CMAF 10.3', 'AAC priming is declared by an edit list (or the encoder delay is known to be removed)')
rule('CENC-INIT', 'iso', 'ERROR', 'ISO 23001-7 4, 8.2; 23000-19 8.2', 'protected sample entry: frma, schm cenc or cbcs, tenc with sane IV size')
rule('CENC-PATTERN', 'apple', 'ERROR', 'Apple 13.7; ISO 23001-7 10.4; 23000-19 8.2.3', 'cbcs: video pattern 1:9, audio whole-block (0:0)')
rule('CMAF-SEG-PARSE', 'iso', 'ERROR', 'ISO 14496-12', 'the media segment is a clean sequence of boxes')
rule('CMAF-SEG-STRUCT', C, 'ERROR', 'ISO 23000-19 7.3.2.3/7.3.3', 'segment holds styp, prft, emsg, sidx and moof/mdat pairs only, each moof followed by its mdat')
rule('CMAF-SEG-STYP', C, 'WARN', 'ISO 23000-19 7.3.3.1; 23009-1 6.3.4.2', 'segment starts with styp carrying cmfs or msdh')
rule('CMAF-SEG-TRAF', C, 'ERROR', 'ISO 23000-19 7.3.2.3', 'one traf per moof and one trun per traf')
rule('CMAF-SEG-BASE', C, 'ERROR', 'ISO 23000-19 7.5.15', 'tfhd: default-base-is-moof set, no base-data-offset')
rule('CMAF-SEG-TFDT', C, 'ERROR', 'ISO 23000-19 7.5.16; RFC 8216bis 3.1.2', 'every traf has a tfdt')
rule('CMAF-SEG-TRACK', 'iso', 'ERROR', 'ISO 14496-12 8.8.7', 'traf track_ID and sample description exist in the init segment')
rule('CMAF-SEG-DATA', 'iso', 'ERROR', 'ISO 14496-12 8.8.8; 23000-19 7.3.2.3', 'trun sizes and offsets cover exactly the mdat payload')
rule('CMAF-SEG-SAMPLES', 'iso', 'ERROR', 'ISO 23000-19 7.3.2.3', 'segment has samples, with non-zero durations')
rule('CMAF-SEG-CONT', C, 'ERROR', 'ISO 23000-19 7.3.2.2; Apple 7.1/7.3', 'tfdt equals the previous tfdt plus the previous sample durations')
rule('CMAF-SEG-SAP', C, 'ERROR', 'ISO 23000-19 7.3.2.4; Apple 7.4; DASH-IF IOP 27/40', 'segment starts with a sync sample; video with an IDR picture')
rule('CMAF-SEG-SYNCFLAG', C, 'ERROR', 'ISO 14496-12 8.8.3.1; 23000-19 9.2', 'sample flags agree with the NAL unit types (no non-IDR marked sync)')
rule('CMAF-SEG-CTTS', C, 'ERROR', 'ISO 23000-19 9.2.1', 'reordered video uses trun v1 (negative offsets) or an edit list, not both, so the first picture is presented at the segment start')
rule('CMAF-SEG-SEQ', 'iso', 'WARN', 'ISO 14496-12 8.8.5', 'mfhd sequence_number grows from segment to segment')
rule('CMAF-SEG-SIDX', 'iso', 'ERROR', 'ISO 14496-12 8.16.3; 23000-19 7.3.3.3', 'sidx in the segment agrees with the bytes and durations that follow')
rule('DECODE', 'policy', 'ERROR', 'ffmpeg', 'init and segments joined decode without errors (--decode)')
rule('CEA-PRESENT', 'apple', 'ERROR', 'Apple 4.3, 4.4; DASH-IF IOP CEA-608', 'CEA-608/708 captions are declared exactly when the video carries them')
rule('CMAF-SEG-PS', 'iso', 'WARN', 'ISO 14496-15 5.3/8.3', 'avc1/hvc1 samples carry no parameter sets')
rule('CENC-SEG', 'iso', 'ERROR', 'ISO 23001-7 7; 23000-19 8.2.2', 'senc, saiz and saio agree with each other and with the sample count')
rule('CENC-CLEAR', 'iso', 'ERROR', 'ISO 23001-7 7', 'encrypted track segments carry sample encryption data; clear tracks do not')
rule('TEXT-WVTT', 'iso', 'ERROR', 'ISO 14496-30 7', 'wvtt samples hold vttc/vtte/vtta boxes only, config starts with WEBVTT')
rule('TEXT-STPP', 'iso', 'ERROR', 'ISO 14496-30 5; IMSC1', 'stpp samples are well-formed TTML documents with xml:lang')
rule('TEXT-STPP-TIME', 'iso', 'ERROR', 'ISO 14496-30 5.4; DASH-IF IOP 80', 'times in stpp documents are on the track timeline and overlap their sample')
rule('TEXT-VTT', 'text', 'ERROR', 'WebVTT; RFC 8216bis 3.1.4', 'WebVTT segment is well-formed')
rule('TEXT-VTT-MAP', 'apple', 'ERROR', 'Apple 5.3; RFC 8216bis 3.1.4 (SHOULD)', 'WebVTT segment header has a valid X-TIMESTAMP-MAP')
rule('TEXT-VTT-WINDOW', 'rfc', 'ERROR', 'RFC 8216bis 3.1.4', 'cues overlap the time span of their segment once mapped to media time')
rule('TEXT-VTT-COVER', 'rfc', 'ERROR', 'RFC 8216bis 3.1.4', 'a cue is repeated, unchanged, in every segment it overlaps')
rule('TS-SYNTAX', 'iso', 'ERROR', 'ISO 13818-1', 'TS packets, PAT, PMT and PES parse')
rule('TS-PATPMT', 'rfc', 'WARN', 'RFC 8216bis 3.1.1', 'the first two packets are PAT and PMT')
rule('TS-CC', 'apple', 'ERROR', 'Apple 7.2; ISO 13818-1 2.4.3.3', 'continuity counters run on across segments')
rule('TS-TIME', 'apple', 'ERROR', 'Apple 7.1/7.2', 'timestamps run on across segments')
rule('TS-IDR', 'apple', 'ERROR', 'Apple 7.4', 'video segment starts with an IDR (random access) picture')
rule('TS-ONEAUDIO', 'apple', 'ERROR', 'Apple 2.17', 'a segment holds at most one audio stream')
rule('PA-ID3', 'rfc', 'ERROR', 'RFC 8216bis 3.1.3', 'packed audio starts with an ID3 PRIV transportStreamTimestamp')
rule('PA-SYNTAX', 'iso', 'ERROR', 'ISO 13818-7/14496-3', 'packed audio frames parse')


class Rendition:
    """what the checks learn about one media playlist / Representation"""

    def __init__(self, label):
        self.label = label
        self.track = None          # bmff.Track
        self.info = {}             # codecs.describe()
        self.sizes, self.durs = [], []           # bytes and measured seconds of each fetched segment
        self.epts, self.ends = [], []            # presentation start / end in seconds (edit list applied)
        self.dts0 = None
        self.frames, self.span = 0, 0.0
        self.container = None
        self.codec = None
        self.ok = True
        self.cues = []             # HLS WebVTT: (segment, start, duration, parsed file)
        self.shown = []            # wvtt, stpp: (start, end, words) of each sample's cues, cut at sample borders
        self.encrypted = False

    def fps(self):
        return self.frames / self.span if self.span else None


def sample_bytes(data, s):
    return data[s.off:s.off + s.size]


def nal_types(data, s, nalsize, hevc):
    out, b, p = [], sample_bytes(data, s), 0
    while p + nalsize < len(b):
        n = int.from_bytes(b[p:p + nalsize], 'big')
        p += nalsize
        if n == 0 or p + n > len(b):
            return None
        out.append((b[p] >> 1) & 63 if hevc else b[p] & 31)
        p += n
    return out


def check_init(rep, subject, data, rend):
    tracks, r, errors = bmff.read_init(data)
    rep.check('CMAF-INIT-PARSE', not errors, subject, '; '.join(errors[:4]))
    top = [b.type for b in r.children]
    probs = []
    if not top or top[0] != 'ftyp':
        probs.append('first box is %s' % (top[0] if top else 'missing'))
    if top.count('moov') != 1:
        probs.append('%d moov boxes' % top.count('moov'))
    for x in ('mdat', 'moof', 'styp'):
        if x in top:
            probs.append('%s present' % x)
    if len(tracks) != 1:
        probs.append('%d trak boxes' % len(tracks))
    if tracks and tracks[0].trex is None:
        probs.append('no mvex/trex for track %s' % getattr(tracks[0], 'id', '?'))
    rep.check('CMAF-INIT-STRUCT', not probs, subject, ', '.join(probs))
    if not tracks or not hasattr(tracks[0], 'entry'):
        rend.ok = False
        return None
    ft = r.one('ftyp')
    brands = [ft.body[:4].decode('latin-1')] + [ft.body[i:i + 4].decode('latin-1') for i in range(8, len(ft.body), 4)] if ft else []
    rend.brands = brands
    iso = [b for b in brands if b.startswith('iso') and b[3:] in '6789abcd']
    rep.check('CMAF-INIT-BRAND', ('cmfc' in brands or 'cmf2' in brands) and (iso or 'cmfc' in brands), subject, 'ftyp brands %s: no cmfc/cmf2' % ' '.join(brands))
    rep.check('CMAF-INIT-ISO6', bool(iso) or bool({'cmfc', 'cmf2', 'dash'} & set(brands)), subject, 'ftyp brands %s' % ' '.join(brands))
    t = tracks[0]
    durs = []
    for nm, bx in (('mvhd', r.one('moov/mvhd')), ('tkhd', t.box.one('tkhd'))):
        if bx is not None:
            o = {('mvhd', 0): (12, 4), ('mvhd', 1): (20, 8), ('tkhd', 0): (16, 4), ('tkhd', 1): (24, 8)}.get((nm, bx.version))
            v = int.from_bytes(bx.fbody[o[0]:o[0] + o[1]], 'big') if o else 0
            if v not in (0, 2 ** (8 * o[1]) - 1 if o else 0):
                durs.append('%s duration %d' % (nm, v))
    rep.check('CMAF-INIT-DURATION', not durs, subject, ', '.join(durs))
    rend.track, rend.container = t, 'mp4'
    info = rend.info = codecs.describe(t)
    bad = {k: v for k, v in t.stbl_entries.items() if v}
    need = {'stts', 'stsc', 'stsz'} - set(t.stbl_entries)
    rep.check('CMAF-INIT-TABLES', not bad and not need and ('stco' in t.stbl_entries or 'co64' in t.stbl_entries), subject,
              'non-empty %s' % bad if bad else 'missing %s' % sorted(need or {'stco'}))
    mh = {'vide': 'vmhd', 'soun': 'smhd', 'text': 'nmhd', 'subt': 'sthd'}.get(t.handler)
    hp = []
    if mh and mh not in t.minf:
        hp.append('handler %s without %s (minf has %s)' % (t.handler, mh, ' '.join(t.minf)))
    want = 'vide' if t.fourcc in bmff.VIS else 'soun' if t.fourcc in bmff.AUD else None
    if want and t.handler != want:
        hp.append('sample entry %s under handler %s' % (t.fourcc, t.handler))
    if t.fourcc == 'stpp' and t.handler not in ('subt',):
        hp.append('stpp under handler %s, expected subt' % t.handler)
    if t.fourcc == 'wvtt' and t.handler != 'text':
        hp.append('wvtt under handler %s, expected text' % t.handler)
    rep.check('CMAF-INIT-HDLR', not hp, subject, '; '.join(hp))
    rep.check('CMAF-INIT-ENTRY', t.entry is not None and 'problem' not in info and t.timescale > 0, subject, info.get('problem') or 'no sample entry or timescale 0')
    if t.edits:
        ep = []
        if len(t.edits) > 1:
            ep.append('%d edits' % len(t.edits))
        for d, mt, ri in t.edits:
            if mt < 0:
                ep.append('empty edit of %d' % d)
            elif d:
                ep.append('segment_duration %d (0 expected for fragments)' % d)
            if ri != 1:
                ep.append('media_rate %d' % ri)
        rep.check('CMAF-INIT-EDIT', not ep, subject, ', '.join(ep))
        if 'cmf2' in brands and t.handler == 'vide':
            rep.check('CMAF-INIT-CMF2', False, subject, "brand cmf2 but the video track has an edit list")
    tp = []
    if not t.tkflags & 1:
        tp.append('track_enabled not set')
    if t.handler == 'vide' and (not t.width or not t.height):
        tp.append('size %gx%g' % (t.width, t.height))
    if t.handler == 'vide' and info.get('width') and (info['width'], info['height']) != (t.vw, t.vh):
        tp.append('sample entry %dx%d but the SPS says %dx%d' % (t.vw, t.vh, info['width'], info['height']))
    rep.check('CMAF-INIT-TKHD', not tp, subject, ', '.join(tp))
    if t.handler == 'vide':
        hdr = codecs.video_range(info.get('col')) != 'SDR'
        rep.check('CMAF-INIT-COLR', bool(t.pasp) and (t.colr or not hdr), subject, 'video sample entry lacks %s' % ' and '.join(x for x, y in (('pasp', t.pasp), ('colr', t.colr or not hdr)) if not y))
    if info.get('codec', '') and str(info['codec']).startswith('mp4a.40'):
        rep.check('CMAF-INIT-PRIMING', bool(t.edits), subject, 'no edit list: players present the AAC encoder delay (usually 1024 or 2112 samples) unless the packager removed it')
    rend.encrypted = t.enc is not None
    if t.enc is not None:
        e, cp = t.enc, []
        if e['scheme'] not in ('cenc', 'cbcs'):
            cp.append('scheme %s' % e['scheme'])
        if not e['tenc']:
            cp.append('no tenc')
        elif e['protected'] == 1:
            if e['scheme'] == 'cenc' and e['iv'] not in (8, 16):
                cp.append('cenc with per-sample IV size %d' % e['iv'])
            if e['scheme'] == 'cbcs' and e['iv'] == 0 and len(e.get('civ', '')) not in (16, 32):
                cp.append('cbcs constant IV of %d bytes' % (len(e.get('civ', '')) // 2))
        rep.check('CENC-INIT', not cp, subject, ', '.join(cp))
        if e['scheme'] == 'cbcs' and e['tenc']:
            if t.handler == 'vide':
                rep.check('CENC-PATTERN', e['pattern'] == (1, 9), subject, 'cbcs video pattern %s, expected 1:9' % (e['pattern'],))
            else:
                rep.check('CENC-PATTERN', e['pattern'] in ((0, 0), None), subject, 'cbcs %s pattern %s, expected 0:0' % (t.handler, e['pattern']))
    return t


CEA = b'\xb5\x00\x31GA94\x03'


def decode(rep, subject, parts, suffix, track=None, key=None):
    """run ffmpeg over the joined bytes (decrypted first when a key is given)"""
    rid = 'DECODE'
    if key is not None:
        rid = 'CENC-DECRYPT'
        if cenc.LIB is None or track is None or not parts:
            return
        try:
            parts = [cenc.clear_init(parts[0])] + [cenc.decrypt(b, track, key) for b in parts[1:]]
        except (ValueError, struct.error, AttributeError, IndexError) as e:
            rep.check(rid, False, subject, 'cannot be decrypted: %s' % e)
            return
    import os, shutil, subprocess, tempfile
    if not shutil.which('ffmpeg') or not parts:
        return
    with tempfile.NamedTemporaryFile(suffix=suffix, delete=False) as f:
        for b in parts:
            f.write(b)
    try:
        r = subprocess.run(['ffmpeg', '-nostdin', '-v', 'error', '-i', f.name, '-map', '0', '-f', 'null', '-'], capture_output=True, text=True, timeout=300)
        err = [x for x in r.stderr.replace(f.name, 'input').split('\n') if x.strip() and 'non monotonically increasing' not in x]
        rep.check(rid, r.returncode == 0 and not err, subject, '; '.join(err[:2]) or 'ffmpeg exit %d' % r.returncode)
    finally:
        os.unlink(f.name)


class SegState:
    def __init__(self):
        self.next_dts = self.seq = None
        self.cc, self.pmt = {}, None
        self.next_pts = {}


def check_fmp4(rep, subject, data, rend, st, discontinuity=False, iframe=False, sap=True, ranged=False):
    """one media segment; returns dict(ept, end, dts, dur, nsamples) in seconds or None"""
    t, info = rend.track, rend.info
    if t is None or t.entry is None:
        return None
    errors = []
    frags, r = bmff.read_fragments(data, [t], errors, clip=iframe)
    rep.check('CMAF-SEG-PARSE', not errors, subject, '; '.join(errors[:3]))
    top = [b.type for b in r.children]
    odd = [x for x in top if x not in ('styp', 'prft', 'emsg', 'sidx', 'moof', 'mdat', 'free', 'skip', 'ssix', 'imda')]
    probs = ['unexpected %s' % ' '.join(odd)] if odd else []
    if not frags:
        probs.append('no moof')
    if any(f.mdat is None for f in frags):
        probs.append('moof without mdat')
    rep.check('CMAF-SEG-STRUCT', not probs, subject, ', '.join(probs))
    if not frags:
        return None
    if not iframe and not ranged:
        sb = r.one('styp')
        b = [sb.body[i:i + 4].decode('latin-1') for i in [0] + list(range(8, len(sb.body), 4))] if sb else []
        rep.check('CMAF-SEG-STYP', top[0] in ('styp',) and ('cmfs' in b or 'msdh' in b or 'cmff' in b), subject, 'first box %s, styp brands %s' % (top[0], ' '.join(b) or 'none'))
    ts_ = t.timescale or 1
    edit = next((mt for d, mt, ri in t.edits if mt >= 0), 0)
    p_traf, p_base, p_tfdt, p_track, p_data, p_smp, p_enc, p_clear, p_sub = [], [], [], [], [], [], [], [], []
    first = None
    pts, dts, n, cont = [], None, 0, []
    for i, f in enumerate(frags):
        if len(f.trafs) != 1:
            p_traf.append('moof %d has %d traf' % (i, len(f.trafs)))
        for x in f.trafs:
            if not hasattr(x, 'samples'):
                continue
            if x.truns != 1:
                p_traf.append('traf with %d trun' % x.truns)
            if not x.flags & 0x20000 or x.flags & 1:
                p_base.append('tfhd flags 0x%06x' % x.flags)
            if x.tfdt is None:
                p_tfdt.append('no tfdt in moof %d' % i)
            if x.tid != t.id:
                p_track.append('track_ID %d, init has %d' % (x.tid, t.id))
            if not 1 <= x.sdi <= max(1, len(t.entries)):
                p_track.append('sample_description_index %d of %d' % (x.sdi, len(t.entries)))
            if not x.samples:
                p_smp.append('no samples in moof %d' % i)
                continue
            zero = sum(1 for s in x.samples if s.dur == 0)
            if zero and not (iframe or t.handler in ('text', 'subt')):
                p_smp.append('%d samples of duration 0' % zero)
            if f.mdat is not None and iframe:
                lo, hi = f.mdat.off + f.mdat.hdr, f.mdat.off + f.mdat.size
                if x.samples[0].off < lo or x.samples[0].off + x.samples[0].size > hi:
                    p_data.append('I-frame at %d..%d, range holds %d..%d' % (x.samples[0].off, x.samples[0].off + x.samples[0].size, lo, hi))
            elif f.mdat is not None:
                lo, hi = f.mdat.off + f.mdat.hdr, f.mdat.off + f.mdat.size
                if x.samples[0].off != lo and not iframe or x.samples[0].off < lo or x.end_off > hi or (x.end_off != hi and len(f.trafs) == 1 and not iframe):
                    p_data.append('samples at %d..%d, mdat payload %d..%d' % (x.samples[0].off, x.end_off, lo, hi))
            d0 = x.tfdt if x.tfdt is not None else 0
            if st.next_dts is not None and not discontinuity and x.tfdt is not None and x.tfdt != st.next_dts and not iframe:
                cont.append('tfdt %d, expected %d (%+.4f s)' % (x.tfdt, st.next_dts, (x.tfdt - st.next_dts) / ts_))
            discontinuity = False
            dd = d0
            for s in x.samples:
                pts.append((dd + s.cto, dd + s.cto + s.dur))
                dd += s.dur
            st.next_dts = dd
            if dts is None:
                dts = d0
            n += len(x.samples)
            if first is None:
                first = (f, x, x.samples[0])
            if t.enc is not None:
                if x.senc is None and (x.saiz is None or x.saio is None):
                    if not (t.enc.get('iv') == 0 and t.handler != 'vide') and x.sdi == 1 and t.enc.get('protected'):
                        p_clear.append('no senc (nor saiz+saio) in moof %d' % i)
                else:
                    if x.senc is not None and x.senc_count != len(x.samples):
                        p_enc.append('senc has %d entries for %d samples' % (x.senc_count, len(x.samples)))
                    if x.saiz is not None and x.saiz_count != len(x.samples):
                        p_enc.append('saiz has %d entries for %d samples' % (x.saiz_count, len(x.samples)))
                    if x.senc is not None and x.saio_off is not None:
                        want = x.senc.off + x.senc.hdr + 8 - f.moof.off
                        if x.saio_off != want:
                            p_enc.append('saio points to %d, senc data is at %d from the moof' % (x.saio_off, want))
                    if (x.saiz is None) != (x.saio is None):
                        p_enc.append('only one of saiz and saio')
                    if not iframe:
                        cenc.check_map(x, t, data, p_sub)
            elif x.senc is not None:
                p_clear.append('senc in a clear track')
    S = subject
    rep.check('CMAF-SEG-TRAF', not p_traf, S, '; '.join(p_traf[:3]))
    rep.check('CMAF-SEG-BASE', not p_base, S, '; '.join(p_base[:3]))
    rep.check('CMAF-SEG-TFDT', not p_tfdt, S, '; '.join(p_tfdt[:3]))
    rep.check('CMAF-SEG-TRACK', not p_track, S, '; '.join(p_track[:3]))
    rep.check('CMAF-SEG-DATA', not p_data, S, '; '.join(p_data[:3]))
    rep.check('CMAF-SEG-SAMPLES', not p_smp, S, '; '.join(p_smp[:3]))
    if not iframe:
        rep.check('CMAF-SEG-CONT', not cont, S, '; '.join(cont[:3]))
    if t.enc is not None:
        rep.check('CENC-SEG', not p_enc, S, '; '.join(p_enc[:3]))
        if not iframe:
            rep.check('CENC-SUBS', not p_sub, S, '; '.join(p_sub[:3]))
    rep.check('CENC-CLEAR', not p_clear, S, '; '.join(p_clear[:3]))
    seqs = [f.seq for f in frags]
    if not iframe and seqs[0] is not None:
        rep.check('CMAF-SEG-SEQ', st.seq is None or seqs[0] > st.seq, S, 'sequence_number %s after %s' % (seqs[0], st.seq))
        st.seq = seqs[-1]
    if first is None:
        return None
    f, x, s0 = first
    hevc = t.fourcc in ('hvc1', 'hev1', 'dvh1', 'dvhe')
    if sap:
        nal, why = None, ''
        good = s0.sync
        if not good:
            why = 'first sample is flagged non-sync (flags 0x%08x)' % s0.flags
        if t.handler == 'vide' and info.get('nalsize'):
            nal = nal_types(data, s0, info['nalsize'], hevc)
            if nal is None:
                good, why = False, 'NAL lengths of the first sample do not fit its size'
            elif hevc:
                irap = [q for q in nal if 16 <= q <= 23]
                if not irap:
                    good, why = False, why or 'first sample holds no IRAP picture (NAL types %s)' % nal[:6]
            elif 5 not in nal:
                good, why = False, why or 'first sample holds no IDR slice (NAL types %s)' % nal[:6]
        rep.check('CMAF-SEG-SAP', good, S, why)
    if t.handler == 'vide' and info.get('nalsize') and not iframe:
        wrong = 0
        for q in x.samples:
            if q.sync:
                k = nal_types(data, q, info['nalsize'], hevc)
                if k is not None and not (any(16 <= z <= 23 for z in k) if hevc else 5 in k):
                    wrong += 1
        rep.check('CMAF-SEG-SYNCFLAG', not wrong, S, '%d of %d samples are flagged sync but hold no IDR/IRAP picture' % (wrong, len(x.samples)))
        k = nal_types(data, s0, info['nalsize'], hevc) or []
        ps = {7, 8} if not hevc else {32, 33, 34}
        if t.fourcc in ('avc1', 'hvc1', 'dvh1') and t.enc is None:
            rep.check('CMAF-SEG-PS', not ps & set(k), S, 'parameter sets in the samples of %s (use %s for in-band sets)' % (t.fourcc, 'hev1' if hevc else 'avc3'))
    # an I-frame entry is its first picture; leading pictures of the same moof are shown before it and are not in the range
    ept, end = pts[0][0] if iframe else min(a for a, b in pts), max(b for a, b in pts)
    if t.handler == 'vide' and not iframe and any(s.cto for s in x.samples):
        gap = ept - edit - dts
        v1 = any(v == 1 for v in x.trun_versions)
        neg = any(s.cto < 0 for s in x.samples)
        rep.check('CMAF-SEG-CTTS', gap == 0 and not (neg and edit), S,
                  'earliest presentation time is tfdt%+d%s (%s): declare the reorder delay by an edit list or use trun v1 with negative offsets' % (
                      gap, ' after the edit list' if edit else '', 'trun v1' if v1 else 'trun v0'))
    for sx in r.all('sidx'):
        q = bmff.read_sidx(sx)
        nb = len(data) - q['end'] - q['first']
        pr = []
        if sum(z['size'] for z in q['refs']) != nb and not iframe:
            pr.append('references %d bytes, %d follow' % (sum(z['size'] for z in q['refs']), nb))
        total = sum(sm.dur for ff in frags for xx in ff.trafs for sm in xx.samples)
        if q['timescale'] == ts_ and sum(z['dur'] for z in q['refs']) not in (total, end - max(ept, edit)) and not iframe:
            pr.append('references %d ticks, samples last %d' % (sum(z['dur'] for z in q['refs']), total))
        if q['timescale'] == ts_ and q['ept'] not in (ept, ept - edit, max(ept - edit, 0)):
            pr.append('earliest_presentation_time %d, samples start at %d' % (q['ept'], ept))
        rep.check('CMAF-SEG-SIDX', not pr, S, ', '.join(pr))
    if t.fourcc == 'wvtt':
        pr = []
        for ff in frags:
            for xx in ff.trafs:
                at = xx.tfdt or 0
                for sm in xx.samples:
                    at += sm.dur
                    if sm.size == 0:
                        continue
                    er = []
                    for bx in bmff.parse(sample_bytes(data, sm), errors=er):
                        if bx.type not in ('vttc', 'vtte', 'vtta'):
                            pr.append('box %s in a sample' % bx.type)
                        for inner in bmff.parse(bx.body, errors=er) if bx.type == 'vttc' else []:
                            if inner.type == 'payl':
                                rend.shown.append(((at - sm.dur) / ts_, at / ts_, text.plain(bytes(inner.body).decode('utf-8', 'replace'))))
                    pr += er
        cfgb = t.entry.one('vttC')
        if cfgb is None or not cfgb.body.startswith(b'WEBVTT'):
            pr.append('vttC does not start with WEBVTT')
        rep.check('TEXT-WVTT', not pr, S, '; '.join(pr[:3]))
    if t.fourcc == 'stpp' and t.enc is None:
        pr, pt = [], []
        for ff in frags:
            for xx in ff.trafs:
                at = xx.tfdt or 0
                for sm in xx.samples:
                    q = text.ttml(sample_bytes(data, sm))
                    pr += q['errors']
                    rend.shown += q['cues']
                    s0_, s1_ = at / ts_, (at + sm.dur) / ts_
                    at += sm.dur
                    pt += ['%.2f-%.2f s in the sample of %.2f-%.2f s' % (a_, e_, s0_, s1_) for a_, e_ in q['spans'] if e_ <= s0_ - 0.02 or a_ >= s1_ + 0.02]
        rep.check('TEXT-STPP', not pr, S, '; '.join(pr[:3]))
        rep.check('TEXT-STPP-TIME', not pt, S, '; '.join(pt[:2]))
    pe = max(ept - edit, 0) if edit else ept              # samples before the edit (AAC priming) are not presented
    a, b = pe / ts_, (end - edit) / ts_
    return {'ept': a, 'end': b, 'dts': dts / ts_, 'dur': (st.next_dts - dts) / ts_, 'n': n, 'ept_ticks': pe, 'pdur_ticks': end - edit - pe, 'dur_ticks': st.next_dts - dts, 'bytes': len(data), 'first_edit': edit / ts_, 'raw_ept': ept / ts_}


def check_ts(rep, subject, data, rend, st, discontinuity=False):
    if discontinuity:
        st.cc.clear()
        st.next_pts.clear()
    s = ts.read(data, st.cc, None)
    er = list(s.errors)
    if not s.pat or not s.pmt:
        er.append('no %s' % ('PAT' if not s.pat else 'PMT'))
    rep.check('TS-SYNTAX', not er and bool(s.streams), subject, '; '.join(er[:3]) or 'no elementary streams')
    rep.check('TS-PATPMT', s.first_pids[:1] == [0] and s.pmt_pid is not None and s.first_pids[1:2] == [s.pmt_pid], subject, 'first two packets have PID %s' % s.first_pids)
    rep.check('TS-CC', not s.cc_errors, subject, '; '.join(s.cc_errors[:2]))
    rend.container = 'ts'
    res, aud, tp = None, 0, []
    for pid, x in s.streams.items():
        k = x['type'].replace('-enc', '')
        if k in ('avc', 'hevc'):
            rep.check('TS-IDR', x['idr'], subject, 'first access unit has NAL types %s' % (x.get('nals') or [])[:8])
            if x.get('sps'):
                try:
                    w, h, fps, col, sar = codecs.avc_sps(x['sps'])
                    rend.info.update(width=w, height=h, fps=fps, col=col)
                except (IndexError, ValueError):
                    pass
        elif k in ('aac', 'latm', 'ac-3', 'ec-3', 'mp3'):
            aud += 1
            rend.info.setdefault('rate', x.get('rate'))
            rend.info.setdefault('channels', x.get('channels'))
        else:
            continue
        if x['type'].endswith('-enc'):
            rend.encrypted = True
        if x.get('codec'):
            rend.ts_codecs = sorted(set(getattr(rend, 'ts_codecs', [])) | {x['codec']})
        if x['pts']:
            p = sorted(x['pts'])
            step = (p[-1] - p[0]) / (len(p) - 1) if len(p) > 1 else 0
            if pid in st.next_pts and abs(p[0] - st.next_pts[pid]) > max(step, 1) * 1.5 + 90 * (50 if k in ('aac', 'ac-3', 'ec-3', 'mp3') else 2):
                tp.append('PID 0x%x starts at %d, expected about %d' % (pid, p[0], st.next_pts[pid]))
            st.next_pts[pid] = p[-1] + step
            if k in ('avc', 'hevc') or res is None:
                if k in ('avc', 'hevc') or len(p) == 1:
                    dur = (p[-1] - p[0] + step) / 90000
                else:
                    dur = (p[-1] - p[0] + step) / 90000
                res = {'ept': p[0] / 90000, 'end': (p[-1] + step) / 90000, 'dur': dur, 'n': len(p), 'video': k in ('avc', 'hevc'), 'raw_ept': p[0] / 90000, 'bytes': len(data)}
                if res['video']:
                    rend.info['kind'] = 'video'
        else:
            tp.append('PID 0x%x has no PTS' % pid)
    rep.check('TS-TIME', not tp, subject, '; '.join(tp[:2]))
    rep.check('TS-ONEAUDIO', aud <= 1, subject, '%d audio streams in one segment' % aud)
    rend.info.setdefault('kind', 'audio')
    return res


def check_packed(rep, subject, data, rend):
    r = ts.packed_audio(data)
    rep.check('PA-ID3', r['ts'] is not None, subject, 'no ID3 PRIV com.apple.streaming.transportStreamTimestamp at the start')
    rep.check('PA-SYNTAX', not r['errors'] and r['codec'], subject, '; '.join(r['errors'][:2]))
    rend.container = 'packed'
    rend.info.update(kind='audio', codec=r['codec'], rate=r.get('rate'), channels=r.get('channels'))
    if r['ts'] is None or r['dur'] is None:
        return None
    return {'ept': r['ts'] / 90000, 'end': r['ts'] / 90000 + r['dur'], 'dur': r['dur'], 'n': r['frames'], 'raw_ept': r['ts'] / 90000, 'bytes': len(data)}


def peak_rate(sizes, durs, target):
    """largest bit rate of a contiguous run lasting 0.5..1.5 target durations (RFC 8216bis 4.1)"""
    best = 0.0
    for i in range(len(sizes)):
        b = d = 0.0
        for j in range(i, len(sizes)):
            b += sizes[j] * 8
            d += durs[j]
            if d > 1.5 * target + 1e-6:
                break
            if d >= 0.5 * target - 1e-6:
                best = max(best, b / d)
    return best or (sum(sizes) * 8 / sum(durs) if sum(durs) else 0)
