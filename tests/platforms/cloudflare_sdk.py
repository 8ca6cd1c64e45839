#!/usr/bin/env python3
"""Audio tracks and captions of a video through the official SDK of Cloudflare, as a program written for Stream uses it.

  cloudflare_sdk.py --base-url http://127.0.0.1:8080/client/v4 --video VIDEO --files http://127.0.0.1:8080/…/files [--token T]

--files is where audio-es.m4a and audio-fr.m4a can be fetched by the server. The video must have no captions in de, it and
tr; generation needs a transcriber. All that is made is removed again. Prints a line for each check, then
`N passed, N failed`.
"""
import argparse
import pathlib
import re
import sys
import time
import traceback

import cloudflare

parser = argparse.ArgumentParser()
parser.add_argument("--base-url", required=True)
parser.add_argument("--account", default="023e105f4ecef8ad9ca31a8372d0c353")
parser.add_argument("--video", required=True)
parser.add_argument("--files", required=True)
parser.add_argument("--token", default="none")
args = parser.parse_args()

LIMIT = 300  # seconds until a track or caption must be ready
FIXTURES = pathlib.Path(__file__).parent.parent / "azure" / "fixtures"
NOBODY = "f" * 32
requests = []
client = cloudflare.Cloudflare(
    api_token=args.token,
    base_url=args.base_url,
    http_client=cloudflare.DefaultHttpxClient(event_hooks={"response": [requests.append]}),
)
tracks, captions = client.stream.audio_tracks, client.stream.captions
place = {"account_id": args.account, "identifier": args.video}
passed = failed = 0


def check(name, got, wanted=True):
    global passed, failed
    if got == wanted:
        passed += 1
        print(f"ok    {name}")
    else:
        failed += 1
        print(f"FAIL  {name}: {got!r} and not {wanted!r}")


def refused(name, status, code, call, *positional, **named):
    """The call fails at once with this status and code: the SDK asks again after 408, 409, 429 and 5xx."""
    requests.clear()
    try:
        check(name, call(*positional, **named), f"{status} {code}")
    except cloudflare.APIStatusError as error:
        check(name, (error.status_code, error.body["errors"][0]["code"], error.body["success"], len(requests)), (status, code, False, 1))


def audio():
    return {track.uid: track for track in tracks.get(args.video, account_id=args.account).audio}


def copy(label, file):
    return tracks.copy(args.video, account_id=args.account, label=label, url=f"{args.files}/{file}")


def edit(uid, **changes):
    return tracks.edit(uid, **place, **changes)


def delete(uid):
    return tracks.delete(uid, **place)


def eventually(read, is_there):
    end = time.monotonic() + LIMIT
    while not is_there(value := read()) and time.monotonic() < end:
        time.sleep(0.2)
    return value


def settled(uid):
    return eventually(lambda: audio()[uid], lambda track: track.status != "queued").status


def put(language, file):
    # The SDK sends text alone as it is: bytes arrive as their representation.
    return captions.language.update(language, **place, file=(FIXTURES / file).read_text())


def vtt(language):
    return captions.language.vtt.get(language, **place).replace("\r\n", "\n")


def languages():
    return [caption.language for caption in captions.get(args.video, account_id=args.account)]


def audio_tracks():
    before = audio()
    default = [uid for uid, track in before.items() if track.default]
    one = copy("Español", "audio-es.m4a")
    check("a new track is queued and no default", (one.label, one.default, one.status), ("Español", False, "queued"))
    check("its identifier is that of Stream", bool(re.fullmatch("[0-9a-f]{32}", one.uid)))
    two = copy("Descripción", "audio-fr.m4a")
    check("both are fetched", [settled(one.uid), settled(two.uid)], ["ready", "ready"])
    check("both are listed", set(audio()), set(before) | {one.uid, two.uid})
    check("the default is the same", [uid for uid, track in audio().items() if track.default], default)
    check("a label is changed", edit(one.uid, label="Castellano").label, "Castellano")
    check("a default is set", edit(one.uid, default=True).default)
    check("another takes it away", edit(two.uid, default=True, label="Descripción").default)
    check("there is one default", [uid for uid, track in audio().items() if track.default], [two.uid])
    refused("the default cannot be deleted", 400, 10005, delete, two.uid)
    refused("a label is used once", 400, 10005, copy, "castellano", "audio-es.m4a")
    refused("nor can another get it", 400, 10005, edit, two.uid, label="Castellano")
    refused("a label is not empty", 400, 10005, copy, "", "audio-es.m4a")
    refused("a URL is one", 400, 10010, tracks.copy, args.video, account_id=args.account, label="x", url="nowhere")
    refused("an unknown video", 404, 10003, tracks.get, NOBODY, account_id=args.account)
    refused("an unknown track", 404, 10003, edit, NOBODY, label="x")
    refused("an unknown track is not deleted", 404, 10003, delete, NOBODY)
    lost = copy("Nowhere", "no-such-file.m4a")
    check("what cannot be fetched is an error", settled(lost.uid), "error")
    check("and can be deleted", delete(lost.uid), "ok")
    for uid in default:
        edit(uid, default=True)
    check("the tracks are deleted", [delete(one.uid), delete(two.uid)], ["ok", "ok"])
    refused("they are gone", 404, 10003, delete, one.uid)
    check("all is as it was", audio(), before)


def caption_files():
    before = languages()
    check("the languages are free", [tag for tag in ("de", "it", "tr") if tag in before], [])
    german = put("de", "subs-de.vtt")
    check("captions are there at once", (german.label, german.generated, german.status), ("Deutsch", False, "ready"))
    check("their label is in their language", put("tr", "subs-en.vtt").label, "Türkçe")
    check("they are listed", languages(), before + ["de", "tr"])
    check("they are the file", vtt("de"), (FIXTURES / "subs-de.vtt").read_text())
    put("de", "subs-en.vtt")
    check("they are replaced", (vtt("de"), languages().count("de")), ((FIXTURES / "subs-en.vtt").read_text(), 1))
    refused("only WebVTT is taken", 400, 10005, put, "de", "not-vtt.vtt")
    refused("only tags of languages", 400, 10005, put, "not_a_tag!", "subs-de.vtt")
    refused("no captions", 404, 10003, captions.language.get, "zu", **place)
    refused("no file of them", 404, 10003, captions.language.vtt.get, "zu", **place)
    for tag in ("de", "tr"):
        captions.language.delete(tag, **place)
    check("they are deleted", languages(), before)


def generated_captions():
    def italian():
        return captions.language.get("it", **place)

    made = captions.language.create("it", **place)
    check("generation begins", (made.language, made.generated, made.status), ("it", True, "inprogress"))
    made = eventually(italian, lambda caption: caption.status != "inprogress")
    check("and ends", (made.label, made.generated, made.status), ("Italiano (auto-generated)", True, "ready"))
    check("there is text", "-->" in vtt("it"))
    refused("it is not begun again", 400, 10005, captions.language.create, "it", **place)
    refused("nor in any language", 400, 10005, captions.language.create, "zu", **place)
    put("it", "subs-en.vtt")
    check("a person's take their place", (italian().label, italian().generated), ("Italiano", False))
    captions.language.delete("it", **place)


for part in (audio_tracks, caption_files, generated_captions):
    try:
        part()
    except Exception:  # what the other parts find is wanted too
        check(f"{part.__name__}: {traceback.format_exc(limit=-1)}", False)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
