"""Sound: espeak-ng speaks the script over ambience that ffmpeg synthesises; one WAV per mix, 48 kHz stereo."""
import array
import math
import subprocess
import wave
from pathlib import Path

from script import VOICES

RATE = 48000
SPEECH_RMS = 0.085  # of full scale, before the peak limiter
QUIET = 300  # samples (of 32768) below this at either end are not speech


def ffmpeg(*arguments):
    subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", *map(str, arguments)], check=True)


def read_mono(path):
    with wave.open(str(path)) as file:
        return file.getframerate(), array.array("h", file.readframes(file.getnframes()))


def write_mono(path, rate, samples):
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, len(samples), "NONE", "not compressed"))
        file.writeframes(samples.tobytes())


def speak(cue, language, work: Path, name):
    """Says the cue's words, trimmed to the first and last sound, at one loudness and in the time that the cue has."""
    voice, pitch = VOICES[{"de": f"{cue.who}-de"}.get(language, cue.who)]
    raw, path = work / f"{name}.raw.wav", work / f"{name}.wav"
    for speed in range(140, 260, 6):
        subprocess.run(["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "-w", raw, cue.say[language]], check=True)
        rate, samples = read_mono(raw)
        loud = [i for i, sample in enumerate(samples) if abs(sample) > QUIET]
        samples = samples[loud[0]:loud[-1] + 1]
        if len(samples) / rate <= cue.end - cue.start - 0.1:
            break
    else:
        raise SystemExit(f"{cue.say[language]!r} cannot be said in {cue.end - cue.start} s: make its cue longer")
    rms = math.sqrt(sum(sample * sample for sample in samples) / len(samples)) / 32768
    gain = SPEECH_RMS / rms
    write_mono(path, rate, array.array("h", (max(-32768, min(32767, round(sample * gain))) for sample in samples)))
    return path


TONE = "highpass=f=90,lowpass=f=7000,equalizer=f=3500:t=q:w=1:g=-3"  # takes the edge off the synthetic voice
OVER_RADIO = "highpass=f=500,lowpass=f=2600,volume=1.3"


def mix(path, seconds, spoken, ambience, work: Path):
    """`spoken` holds (cue, language) pairs; `ambience` is an ffmpeg filter graph that ends in [bed]."""
    inputs, graph, labels = [], [ambience], ["[bed]"]
    for n, (cue, language) in enumerate(spoken):
        wav = speak(cue, language, work, f"{path.stem}-{n}")
        inputs += ["-i", wav]
        colour = OVER_RADIO if cue.who == "radio" else TONE
        left, right = {"anna": (1, 0.8), "tom": (0.8, 1)}.get(cue.who, (0.95, 0.95))
        graph.append(f"[{n}:a]aresample={RATE},{colour},adelay={round(cue.start * 1000)},pan=stereo|c0={left}*c0|c1={right}*c0[v{n}]")
        labels.append(f"[v{n}]")
    graph.append(f"{''.join(labels)}amix=inputs={len(labels)}:normalize=0:duration=first,"
                 f"alimiter=limit=0.85:level=0:attack=3:release=60,atrim=end_sample={round(seconds * RATE)},"
                 f"aresample={RATE}:dither_method=none,aformat=sample_fmts=s16[out]")
    ffmpeg(*inputs, "-filter_complex_threads", 1, "-filter_complex", ";".join(graph), "-map", "[out]", "-bitexact", path)
    return path


def strokes(times, partials, decay):
    """An expression of struck or blown tones: `partials` are (hertz, gain), `decay` is an expression of X, seconds since."""
    tone = "+".join(f"{gain}*sin(2*PI*{hertz}*(t-T))" for hertz, gain in partials)
    one = f"if(lt(t,T),0,({tone})*({decay}))"
    return "+".join(one.replace("T", str(at)).replace("X", f"(t-{at})") for at in times)


def harbour_ambience(seconds, bell, horn):
    """Waves that come and go differently left and right, a bell, a far horn."""
    def waves(seed, period, name):
        return (f"anoisesrc=c=pink:r={RATE}:seed={seed}:a=0.35:d={seconds},lowpass=f=650,highpass=f=60,"
                f"volume='0.42+0.24*sin(2*PI*t/{period})+0.12*sin(2*PI*t/2.3)':eval=frame[{name}]")
    bell_tone = strokes(bell, [(523.3, 0.09), (1046.5, 0.055), (1256, 0.035), (1570, 0.025), (2093, 0.014)], "exp(-2.2*X)")
    horn_tone = strokes(horn, [(146.8, 0.06), (220, 0.045), (293.7, 0.015)], "min(1,X*5)*if(lt(X,1),1,exp(-6*(X-1)))")
    return ";".join([
        waves(7, 7.1, "wl"), waves(11, 6.3, "wr"), "[wl][wr]join=inputs=2:channel_layout=stereo[water]",
        f"aevalsrc='{bell_tone}':s={RATE}:d={seconds},pan=stereo|c0=0.6*c0|c1=c0,aecho=0.9:0.5:90|170:0.25|0.15[bell]",
        f"aevalsrc='{horn_tone}':s={RATE}:d={seconds},lowpass=f=500,pan=stereo|c0=0.5*c0|c1=c0,aecho=0.9:0.6:240|410:0.3|0.2[horn]",
        "[water][bell][horn]amix=inputs=3:normalize=0:duration=first[bed]"])


def pad_ambience(seconds, chords, each, level=0.02):
    """Slow soft chords, `each` seconds a chord, that swell and fade into one another."""
    def side(detune):
        parts = []
        for n, chord in enumerate(chords):
            at = n * each
            swell = f"if(between(t,{at},{at + each + 1.5}),pow(sin(PI*(t-{at})/{each + 1.5}),2),0)"
            notes = "+".join(f"sin(2*PI*{hertz * detune:.3f}*t)+0.25*sin(4*PI*{hertz * detune:.3f}*t)" for hertz in chord)
            parts.append(f"{level}*({swell})*({notes})")
        return "+".join(parts)
    return f"aevalsrc='{side(1)}|{side(1.0015)}':c=stereo:s={RATE}:d={seconds},aecho=0.9:0.6:180|310:0.25|0.15[bed]"


def loudness_by_frame(path, frames, rate):
    """RMS of a mono mixdown over each video frame, 0 to 1: what moves a drawn mouth."""
    with wave.open(str(path)) as file:
        samples = array.array("h", file.readframes(file.getnframes()))[::2]
    out = []
    for n in range(frames):
        part = samples[int(n / rate * RATE):int((n + 1) / rate * RATE)] or [0]
        out.append(min(1.0, math.sqrt(sum(s * s for s in part) / len(part)) / 32768 / 0.16))
    return out
