"""Caption files from the script: WebVTT and TTML (IMSC1 text profile)."""
import re
from xml.sax.saxutils import escape

from script import VOICES


def stamp(seconds):
    ms = round(seconds * 1000)
    return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def in_two_lines(text, longest=37):
    """Breaks a long line as captioners do: halves near in length, rather after a stop than within a phrase."""
    if len(text) <= longest:
        return [text]
    spaces = [m.start() for m in re.finditer(" ", text)]
    cut = min(spaces, key=lambda at: abs(2 * at - len(text)) - (16 if text[at - 1] in ".,;" else 0))
    return [text[:cut], text[cut + 1:]]


def written(cues, language, forced_only=False):
    return [cue for cue in cues if cue.text(language) and (cue.forced or not forced_only)]


def webvtt(cues, language, names=False, forced_only=False):
    """`names` marks who speaks with a voice span; the numbers are cue identifiers."""
    out = ["WEBVTT", f"Language: {language}", ""]
    for number, cue in enumerate(written(cues, language, forced_only), 1):
        text = escape("\n".join(in_two_lines(cue.text(language))))
        if names and language in cue.say and cue.who in VOICES:
            text = f"<v {cue.who.capitalize()}>{text}"
        elif cue.who == "radio":
            text = f"<i>{text}</i>"
        timing = f"{stamp(cue.start)} --> {stamp(cue.end)} {cue.settings}".rstrip()
        out += [str(number), timing, text, ""]
    return "\n".join(out)


def transcript(cues, language):
    """What a speech recogniser would leave: spoken words only, no capitals, no punctuation."""
    out = ["WEBVTT", f"Language: {language}", ""]
    for cue in cues:
        if language in cue.say:
            words = re.sub(r"[^\w' ]", "", cue.say[language]).lower()
            out += [f"{stamp(cue.start)} --> {stamp(cue.end)}", words, ""]
    return "\n".join(out)


TTML_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
    xml:lang="{language}" ttp:timeBase="media" ttp:contentProfiles="http://www.w3.org/ns/ttml/profile/imsc1/text">
  <head>
    <styling>
      <style xml:id="plain" tts:fontFamily="proportionalSansSerif" tts:fontSize="100%" tts:lineHeight="125%"
             tts:color="#ffffff" tts:textAlign="center"/>
      <style xml:id="box" tts:backgroundColor="#000000b3"/>
      <style xml:id="radio" tts:fontStyle="italic"/>
    </styling>
    <layout>
      <region xml:id="bottom" tts:origin="10% 75%" tts:extent="80% 20%" tts:displayAlign="after" style="plain"/>
      <region xml:id="top" tts:origin="10% 5%" tts:extent="80% 20%" tts:displayAlign="before" style="plain"/>
    </layout>
  </head>
  <body>
    <div>
"""


def ttml(cues, language):
    out = TTML_HEAD.format(language=language)
    for number, cue in enumerate(written(cues, language), 1):
        text = "<br/>".join(escape(line) for line in in_two_lines(cue.text(language)))
        style = "box radio" if cue.who == "radio" else "box"
        region = "top" if cue.settings else "bottom"
        out += (f'      <p xml:id="s{number}" begin="{stamp(cue.start)}" end="{stamp(cue.end)}" region="{region}">'
                f'<span style="{style}">{text}</span></p>\n')
    return out + "    </div>\n  </body>\n</tt>\n"
