"""Media for benches/compare, made with ffmpeg once and kept in benches/compare/media.

A minute is encoded and then repeated without encoding, so that hours take seconds. Noise keeps the bit rates up.

    ladder      10 min, 360p, 720p and 1080p at 0.8, 3 and 6 Mbit/s, AAC in a file of its own
    film        2 h, 160x90 at 0.15 Mbit/s and AAC, interleaved in chunks of a sample or two, moov in front
    film-end    the same with the moov at the end
    feature     2 h: 3 video, 4 audio and 4 text tracks
    length-…    1 min, 1 h, 2 h, 8 h of the same minute
"""

import json
import os
import pathlib
import shutil
import subprocess

FOLDER = pathlib.Path(__file__).resolve().parent / "media" / "assets"
# A change of what is made has to change this.
VERSION = "1"
AUDIO = ["-f", "lavfi", "-i", "sine=f=330:r=48000:d=60", "-ac", "2", "-c:a", "aac"]
X264 = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "50", "-keyint_min", "50", "-sc_threshold", "0", "-pix_fmt", "yuv420p"]


def ffmpeg(*arguments):
    command = ["nice", "ffmpeg", "-v", "error", "-y", "-nostdin", *map(str, arguments)]
    subprocess.run(command, check=True)


def picture(size):
    return ["-f", "lavfi", "-i", f"testsrc2=s={size}:r=25:d=60,noise=alls=24:allf=t"]


def rate(kilobits):
    return ["-b:v", f"{kilobits}k", "-minrate", f"{kilobits}k", "-maxrate", f"{kilobits}k", "-bufsize", f"{kilobits}k"]


def repeat(minute, minutes, out, *options):
    ffmpeg("-stream_loop", minutes - 1, "-i", minute, "-c", "copy", "-map", "0", *options, out)


def document(folder, tracks):
    (folder / "asset.json").write_text(json.dumps({"title": folder.name, "tracks": tracks}, indent=1))


def both(file):
    return [{"name": "video", "type": "video", "file": file}, {"name": "audio", "type": "audio", "file": file}]


def ladder(folder, minute):
    tracks = []
    for height, size, kilobits in [(360, "640x360", 800), (720, "1280x720", 3000), (1080, "1920x1080", 6000)]:
        clip = minute / f"{height}.mp4"
        ffmpeg(*picture(size), *X264, *rate(kilobits), clip)
        repeat(clip, 10, folder / f"video-{height}.mp4", "-movflags", "+faststart")
        tracks.append({"name": f"video-{height}", "type": "video", "file": f"video-{height}.mp4"})
    clip = minute / "audio.m4a"
    ffmpeg(*AUDIO, "-b:a", "128k", clip)
    repeat(clip, 10, folder / "en.m4a", "-movflags", "+faststart")
    document(folder, [*tracks, {"name": "en", "type": "audio", "file": "en.m4a", "language": "en"}])


def film_minute(minute):
    clip = minute / "film.mp4"
    if not clip.exists():
        ffmpeg(*picture("160x90"), *AUDIO, *X264, *rate(150), "-b:a", "48k", clip)
    return clip


def film(minutes, *options):
    def make(folder, minute):
        repeat(film_minute(minute), minutes, folder / "film.mp4", *options)
        document(folder, both("film.mp4"))

    return make


def feature(folder, minute):
    tracks = []
    for number, kilobits in [(1, 100), (2, 160), (3, 250)]:
        clip = minute / f"feature-{number}.mp4"
        ffmpeg(*picture("160x90"), *X264, *rate(kilobits), clip)
        repeat(clip, 120, folder / f"video-{number}.mp4", "-movflags", "+faststart")
        tracks.append({"name": f"video-{number}", "type": "video", "file": f"video-{number}.mp4"})
    clip = minute / "feature.m4a"
    ffmpeg(*AUDIO, "-b:a", "48k", clip)
    repeat(clip, 120, folder / "en.m4a", "-movflags", "+faststart")
    captions = "WEBVTT\n" + "".join(cue(start) for start in range(0, 7200, 3))
    for language in ["en", "de", "fr", "es"]:
        if language != "en":
            os.link(folder / "en.m4a", folder / f"{language}.m4a")
        (folder / f"{language}.vtt").write_text(captions)
        tracks.append({"name": f"{language}-audio", "type": "audio", "file": f"{language}.m4a", "language": language})
    for language in ["en", "de", "fr", "es"]:
        tracks.append({"name": f"{language}-text", "type": "text", "file": f"{language}.vtt", "language": language})
    document(folder, tracks)


def cue(start):
    def stamp(seconds):
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"

    return f"\n{stamp(start)} --> {stamp(start + 2)}\nWhat is said at second {start},\nin two lines\n"


FRONT = ("-movflags", "+faststart")
ASSETS = {
    "ladder": ladder,
    "film": film(120, *FRONT),
    "film-end": film(120),
    "feature": feature,
    "length-1min": film(1, *FRONT),
    "length-1h": film(60, *FRONT),
    "length-2h": film(120, *FRONT),
    "length-8h": film(480, *FRONT),
}


def make(say):
    """Makes what is missing. An asset appears when it is whole."""
    minute = FOLDER.parent / "minute"
    for name, make_asset in ASSETS.items():
        stamp = FOLDER.parent / f"{name}.made"
        if stamp.exists() and stamp.read_text() == VERSION and (FOLDER / name).is_dir():
            continue
        say(f"making media: {name}")
        minute.mkdir(parents=True, exist_ok=True)
        new = FOLDER.parent / f"{name}.new"
        for folder in (new, FOLDER / name):
            shutil.rmtree(folder, ignore_errors=True)
        new.mkdir()
        FOLDER.mkdir(exist_ok=True)
        make_asset(new, minute)
        new.rename(FOLDER / name)
        stamp.write_text(VERSION)
    shutil.rmtree(minute, ignore_errors=True)
