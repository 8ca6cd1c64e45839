"""Captions as a CMAF text track (`.cmft`): an IMSC1 document in each fragment of an MP4 file."""
import struct

from captions import ttml, written

# Ticks per second, as Azure's encoder counted.
TIMESCALE = 10_000_000


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind, version, flags, *parts):
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def language_code(word):
    """Three letters of five bits each (ISO/IEC 14496-12 8.4.2.3)."""
    first, second, third = (ord(letter) - 0x60 for letter in word)
    return struct.pack(">HH", first << 10 | second << 5 | third, 0)


def movie(word):
    header = full(b"mvhd", 0, 0, struct.pack(">4I", 0, 0, TIMESCALE, 0), struct.pack(">IH10x", 0x10000, 0x100), MATRIX, bytes(24), struct.pack(">I", 2))
    track = full(b"tkhd", 0, 7, struct.pack(">5I", 0, 0, 1, 0, 0), bytes(8), struct.pack(">4H", 0, 0, 0, 0), MATRIX, struct.pack(">2I", 0, 0))
    media = full(b"mdhd", 0, 0, struct.pack(">4I", 0, 0, TIMESCALE, 0), language_code(word))
    handler = full(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"subt"), b"\0")
    here = box(b"dinf", full(b"dref", 0, 0, struct.pack(">I", 1), full(b"url ", 0, 1)))
    entry = box(b"stpp", bytes(6), struct.pack(">H", 1), b"http://www.w3.org/ns/ttml\0\0\0")
    empty = [full(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc")] + [full(b"stsz", 0, 0, bytes(8)), full(b"stco", 0, 0, bytes(4))]
    table = box(b"stbl", full(b"stsd", 0, 0, struct.pack(">I", 1), entry), *empty)
    extends = box(b"mvex", full(b"trex", 0, 0, struct.pack(">5I", 1, 1, 0, 0, 0)))
    info = box(b"minf", full(b"sthd", 0, 0), here, table)
    return box(b"moov", header, box(b"trak", track, box(b"mdia", media, handler, info)), extends)


def fragment(number, start, length, document):
    def moof(offset):
        run = full(b"trun", 0, 0x301, struct.pack(">IiII", 1, offset, length, len(document)))
        of_track = box(b"traf", full(b"tfhd", 0, 0x20000, struct.pack(">I", 1)), full(b"tfdt", 1, 0, struct.pack(">Q", start)), run)
        return box(b"moof", full(b"mfhd", 0, 0, struct.pack(">I", number)), of_track)
    return moof(len(moof(0)) + 8) + box(b"mdat", document)


def cmft(cues, language, word, seconds, step):
    """Fragments of `step` seconds; a cue that lasts longer is in several."""
    out = box(b"ftyp", b"cmfc", bytes(4), b"iso6", b"cmfc", b"im1t") + movie(word)
    for number, start in enumerate(range(0, seconds, step), 1):
        end = min(start + step, seconds)
        shown = [cue for cue in written(cues, language) if cue.start < end and cue.end > start]
        document = ttml(shown, language).encode()
        out += fragment(number, start * TIMESCALE, (end - start) * TIMESCALE, document)
    return out
