"""From lossless pictures and sound to the files of an asset: H.264 with AAC in MP4, AV1 with Opus in fragmented MP4.

One thread per encoder and no metadata of the moment, so that the same tools give the same bytes everywhere."""
import sys

from sound import ffmpeg

EXACT = ["-map_metadata", -1, "-map_chapters", -1, "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-threads", 1]
BT709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]


def scaled(width, height):
    return f"scale={width}:{height}:flags=lanczos+accurate_rnd+bitexact:out_color_matrix=bt709:out_range=tv,setsar=1,format=yuv420p"


def h264(kilobits, gop, profile, passlog, number):
    """Closed groups of `gop` frames with two B-frames, no key frame but at their heads."""
    return ["-c:v", "libx264", "-profile:v", profile, "-preset", "slow", "-b:v", f"{kilobits}k", "-maxrate", f"{kilobits * 3 // 2}k",
            "-bufsize", f"{kilobits * 2}k", "-g", gop, "-keyint_min", gop, "-sc_threshold", 0, "-bf", 2,
            "-x264-params", "open-gop=0:aq-mode=3:colorprim=bt709:transfer=bt709:colormatrix=bt709", *BT709, "-pass", number, "-passlogfile", passlog]


def video(source, out, size, kilobits, gop, profile="high", sound=None, language=None, faststart=True, sound_kilobits=64):
    """One rung; with `sound` (a WAV) muxed beside it."""
    passlog = source.parent / f"{source.stem}-{out.stem}"
    ffmpeg("-i", source, "-an", "-vf", scaled(*size), *h264(kilobits, gop, profile, passlog, 1), *EXACT, "-f", "null", "-")
    inputs = ["-i", source] + (["-i", sound] if sound else [])
    aac = ["-map", "1:a", "-c:a", "aac", "-b:a", f"{sound_kilobits}k", "-metadata:s:a:0", f"language={language}"] if sound else ["-an"]
    ffmpeg(*inputs, "-map", "0:v", "-vf", scaled(*size), *h264(kilobits, gop, profile, passlog, 2), *aac, *EXACT,
           *(["-movflags", "+faststart"] if faststart else []), out)


def aac(source, out, kilobits, language):
    ffmpeg("-i", source, "-c:a", "aac", "-b:a", f"{kilobits}k", *EXACT, "-metadata:s:a:0", f"language={language}", "-movflags", "+faststart", out)


def av1(source, out, size, crf, gop, movflags):
    ffmpeg("-i", source, "-an", "-vf", scaled(*size), "-c:v", "libsvtav1", "-preset", 5, "-crf", crf, "-g", gop,
           "-svtav1-params", "irefresh-type=2:scd=0:lp=1", *BT709, *EXACT, "-movflags", movflags, out)


def opus(source, out, kilobits, language):
    ffmpeg("-i", source, "-c:a", "libopus", "-b:a", f"{kilobits}k", "-frame_duration", 20, *EXACT, "-metadata:s:a:0", f"language={language}",
           "-movflags", "+frag_keyframe+delay_moov+default_base_moof", "-frag_duration", 2_000_000, out)


def say(what):
    print(what, file=sys.stderr, flush=True)
