#!/usr/bin/env python3
"""streamcheck URL...   check HLS (.m3u8) and DASH (.mpd) output served over http

Fetches the playlist or MPD, every playlist, every init segment and every media segment (or a sample)
and prints one line per finding: RULE SEVERITY subject: message.  Last line: N passed, N failed.
Exit status 1 when something failed with severity ERROR (or WARN with --strict)."""
import argparse, json, os, sys, time, traceback
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sc import core, hls, dash, media, expect    # noqa: E402,F401 (registers the rules)
core.rule('TOOL-CRASH', 'policy', 'ERROR', '-', 'the checks could read the output')


def run(urls, sample=0, demote=(), only=None, skip=(), xsd=None, allow_remote=False, origin='http://player.example', expected=None, decode=False, keys=None):
    rep = core.Reporter(demote, only, skip)
    fx = core.Fetcher(rep, origin, allow_remote)
    fx.keys.update(keys or {})
    out = []
    for u in urls:
        path = u.split('?')[0]
        isd = path.endswith('.mpd')
        if not path.endswith(('.mpd', '.m3u8', '.m3u')):
            ct = fx.raw(u)
            isd = b'<MPD' in ct.body[:2000]
        try:
            res = dash.check(rep, fx, u, sample, xsd, decode) if isd else hls.check(rep, fx, u, sample, decode)
        except Exception as x:          # input so broken that a check could not cope: that is a finding, not a crash
            tb = traceback.extract_tb(x.__traceback__)[-1]
            rep.fail('TOOL-CRASH', u, '%s: %s (%s:%d)' % (type(x).__name__, x, os.path.basename(tb.filename), tb.lineno))
            res = {}
        out.append(res)
        if expected:
            (expect.check_dash if isd else expect.check_hls)(rep, u, res, expected)
    return rep, fx, out


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument('urls', nargs='*')
    ap.add_argument('--sample', type=int, default=0, metavar='N', help='fetch at most N segments of each playlist (0: all)')
    ap.add_argument('--demote', default='', help='comma list of rule classes whose ERRORs become WARN: apple,iop,cmaf,policy,iso,rfc,http')
    ap.add_argument('--only', help='run only rules whose id matches this regular expression')
    ap.add_argument('--skip', default='', help='comma list of rule ids to leave out')
    ap.add_argument('--xsd', default=os.path.join(here, 'xsd', 'DASH-MPD.xsd'))
    ap.add_argument('--expect', metavar='tracks.json', help="the asset's tracks; checks that both outputs carry the signals of the truth table and leave hidden tracks out")
    ap.add_argument('--decode', action='store_true', help='also decode every rendition with ffmpeg')
    ap.add_argument('--key', action='append', default=[], metavar='KID:KEY', help='content key in hex (KID may be *); with --decode encrypted samples are decrypted and decoded')
    ap.add_argument('--origin', default='http://player.example')
    ap.add_argument('--allow-remote', action='store_true')
    ap.add_argument('--strict', action='store_true', help='WARN counts as failed')
    ap.add_argument('-v', '--verbose', action='store_true', help='print passes too')
    ap.add_argument('--all', action='store_true', help='do not fold repeated findings')
    ap.add_argument('--json', action='store_true')
    ap.add_argument('--list-rules', action='store_true')
    a = ap.parse_args()
    if a.list_rules:
        for k, (cls, sev, src, title) in core.RULES.items():
            print('%-22s %-6s %-7s %s [%s]' % (k, sev, cls, title, src))
        print('%d rules' % len(core.RULES))
        return 0
    if not a.urls:
        ap.error('give a URL')
    t = time.time()
    rep, fx, _ = run(a.urls, a.sample, [x for x in a.demote.split(',') if x], a.only, [x for x in a.skip.split(',') if x], a.xsd if os.path.exists(a.xsd) else None, a.allow_remote, a.origin,
                     expect.read(a.expect) if a.expect else None, a.decode, {k.split(':')[0].replace('-', '').lower(): bytes.fromhex(k.split(':')[1]) for k in a.key})
    p, e, w, i = rep.counts()
    failed = e + (w if a.strict else 0)
    if a.json:
        print(json.dumps({'results': [dict(zip(('rule', 'severity', 'ok', 'subject', 'message'), r)) for r in rep.results if a.verbose or not r[2]], 'passed': p, 'failed': failed, 'errors': e, 'warnings': w, 'infos': i}, indent=1, ensure_ascii=False))
        return 1 if failed else 0
    shown = {}
    for rid, sev, ok, subj, msg in rep.results:
        if ok and not a.verbose:
            continue
        if not ok:
            shown[(rid, sev)] = shown.get((rid, sev), 0) + 1
            if shown[(rid, sev)] > 3 and not a.all:
                continue
        print('%-22s %-5s %s: %s' % (rid, 'PASS' if ok else sev, subj, msg))
    for (rid, sev), n in shown.items():
        if n > 3 and not a.all:
            print('%-22s %-5s ... %d more like this (--all prints them)' % (rid, sev, n - 3))
    print('%d rules exercised, %d requests, %d kB, %.1f s; %d errors, %d warnings, %d notes' % (len({r[0] for r in rep.results}), len(fx.cache), fx.bytes // 1000, time.time() - t, e, w, i))
    print('%d passed, %d failed' % (p, failed))
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
