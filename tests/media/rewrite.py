#!/usr/bin/env python3
"""Rewrites MP4 files into forms that ffmpeg does not write: rewrite.py WHAT IN OUT [ARGUMENT...].

co64            chunk offsets of 64 bits
stz2 BITS       compact sample sizes of 4, 8 or 16 bits, in the tracks whose samples are small enough
rename OLD NEW  another four-character code for a sample entry
sbr             AAC-LC configured as HE-AAC, explicitly (the bytes stay AAC-LC: for codec strings only)
edit TYPE ENTRY...   the edit list of the track with handler TYPE; an entry is DURATION:MEDIA_TIME[:RATE]
tfdt32          decode times of fragments in 32 bits
split           every run of a fragment as two
captions FIELDS SEI messages with closed captions before the first slice of every picture: letters of 1, 2 (CEA-608
                fields), p (padding in field 2) and d (CEA-708)

Files with tables must have their moov last, so that nothing before it moves; fragmented ones lose sidx and mfra.
"""
import struct
import sys

CONTAINERS = {b'moov', b'trak', b'mdia', b'minf', b'stbl', b'moof', b'traf', b'edts', b'mvex'}


class Box:
    """A box: its type, and its children or its bytes."""

    def __init__(self, kind, body=b'', children=None):
        self.kind, self.body, self.children = kind, body, children

    def bytes(self):
        body = self.body if self.children is None else b''.join(child.bytes() for child in self.children)
        return struct.pack('>I4s', len(body) + 8, self.kind) + body

    def find(self, *path):
        """The first box at a path of types."""
        if not path:
            return self
        return next((child for child in self.children if child.kind == path[0]), None).find(*path[1:])

    def all(self, kind):
        return [child for child in self.children if child.kind == kind]


def parse(data):
    boxes, at = [], 0
    while at < len(data):
        size, kind = struct.unpack_from('>I4s', data, at)
        assert size >= 8, 'no boxes of 64-bit size here'
        body = data[at + 8:at + size]
        boxes.append(Box(kind, b'', parse(body)) if kind in CONTAINERS else Box(kind, body))
        at += size
    return boxes


def tracks(file):
    return file.find(b'moov').all(b'trak')


def handler(trak):
    return trak.find(b'mdia', b'hdlr').body[8:12]


def words(body, start, count, form='I'):
    return list(struct.unpack_from(f'>{count}{form}', body, start))


def co64(file):
    for trak in tracks(file):
        stco = trak.find(b'mdia', b'minf', b'stbl', b'stco')
        offsets = words(stco.body, 8, words(stco.body, 4, 1)[0])
        stco.kind, stco.body = b'co64', stco.body[:8] + struct.pack(f'>{len(offsets)}Q', *offsets)


def stz2(file, bits):
    bits = int(bits)
    for trak in tracks(file):
        stsz = trak.find(b'mdia', b'minf', b'stbl', b'stsz')
        size, count = words(stsz.body, 4, 2)
        sizes = words(stsz.body, 12, count) if size == 0 else [size] * count
        if max(sizes) >= 1 << bits:
            continue
        if bits == 4:
            sizes += [0] * (count % 2)
            packed = bytes(high << 4 | low for high, low in zip(sizes[::2], sizes[1::2]))
        else:
            packed = struct.pack(f'>{count}{"B" if bits == 8 else "H"}', *sizes)
        stsz.kind, stsz.body = b'stz2', struct.pack('>III', 0, bits, count) + packed


def rename(file, old, new):
    for trak in tracks(file):
        stsd = trak.find(b'mdia', b'minf', b'stbl', b'stsd')
        stsd.body = stsd.body[:12] + stsd.body[12:16].replace(old.encode(), new.encode()) + stsd.body[16:]


def sbr(file):
    """AudioSpecificConfig: object type 5 (SBR) at the rate of the file, over object type 2 (LC) at half of it."""
    for trak in tracks(file):
        stsd = trak.find(b'mdia', b'minf', b'stbl', b'stsd')
        at = stsd.body.index(b'esds') - 4
        size, = words(stsd.body, at, 1)
        esds = stsd.body[at:at + size]
        length_at = esds.index(b'\x05\x80\x80\x80') + 4  # DecoderSpecificInfo
        length, first, second = esds[length_at], esds[length_at + 1], esds[length_at + 2]
        rate, channels = (first & 7) << 1 | second >> 7, second >> 3 & 15
        config = 5 << 27 | (rate + 3) << 23 | channels << 19 | rate << 15 | 2 << 10
        new = struct.pack('>I', config)
        grown = bytearray(esds[:length_at] + bytes([len(new)]) + new + esds[length_at + 1 + length:])
        for tag in b'\x03\x80\x80\x80', b'\x04\x80\x80\x80':
            grown[grown.index(tag) + 4] += len(new) - length
        grown[:4] = struct.pack('>I', len(grown))
        entry_size, = words(stsd.body, 8, 1)
        entry = stsd.body[12:at] + grown + stsd.body[at + size:]
        stsd.body = stsd.body[:8] + struct.pack('>I', entry_size + len(grown) - size) + entry


def edit(file, kind, *entries):
    for trak in tracks(file):
        if handler(trak) != kind.encode():
            continue
        body = struct.pack('>II', 0, len(entries))
        for entry in entries:
            duration, media_time, rate = (entry.split(':') + ['1'])[:3]
            body += struct.pack('>Iihh', int(duration), int(media_time), int(rate), 0)
        trak.children = [child for child in trak.children if child.kind != b'edts']
        trak.children.insert(1, Box(b'edts', b'', [Box(b'elst', body)]))


def fragments(file, change):
    """Applies `change` to every traf and moves the runs' data offsets by what the moof grew."""
    file.children = [child for child in file.children if child.kind not in (b'sidx', b'mfra')]
    for moof in file.all(b'moof'):
        size = len(moof.bytes())
        for traf in moof.all(b'traf'):
            change(traf)
        grown = len(moof.bytes()) - size
        for traf in moof.all(b'traf'):
            for trun in traf.all(b'trun'):
                offset, = words(trun.body, 8, 1, 'i')
                trun.body = trun.body[:8] + struct.pack('>i', offset + grown) + trun.body[12:]


def tfdt32(file):
    def change(traf):
        tfdt = traf.find(b'tfdt')
        if tfdt.body[0] == 1:
            tfdt.body = struct.pack('>II', 0, words(tfdt.body, 4, 1, 'Q')[0])
    fragments(file, change)


def split(file):
    def change(traf):
        traf.children = [part for child in traf.children for part in (halves(child, traf) if child.kind == b'trun' else [child])]

    def halves(trun, traf):
        flags, count = words(trun.body, 0, 2)
        assert flags & 1, 'a data offset'
        columns = bin(flags & 0xf00).count('1')
        header = 12 + 4 * bool(flags & 4)
        half, row = count // 2, 4 * columns
        if half == 0:
            return [trun]
        entries = trun.body[header:]
        place = 4 * bool(flags & 0x100)
        if flags & 0x200:
            data = sum(words(entries, number * row + place, 1)[0] for number in range(half))
        else:
            data = half * default_size(traf)
        offset, = words(trun.body, 8, 1, 'i')
        first = Box(b'trun', struct.pack('>IIi', flags, half, offset) + trun.body[12:header] + entries[:half * row])
        second = Box(b'trun', struct.pack('>IIi', flags & ~4, count - half, offset + data) + entries[half * row:])
        return [first, second]

    def default_size(traf):
        body = traf.find(b'tfhd').body
        flags, = words(body, 0, 1)
        skip = 8 + 8 * bool(flags & 1) + 4 * bool(flags & 2) + 4 * bool(flags & 8)
        assert flags & 0x10, 'a default size'
        return words(body, skip, 1)[0]
    fragments(file, change)


def captions(file, fields):
    """One track of AVC or HEVC in tables: its samples are laid out anew, each with an SEI message in front."""
    trak, = tracks(file)
    stbl = trak.find(b'mdia', b'minf', b'stbl')
    entry = stbl.find(b'stsd').body[12:16]
    samples = [sei(entry, number, fields) + sample for number, sample in enumerate(read_samples(file, stbl))]
    if entry != b'hvc1':
        samples = [after_delimiter(sample) for sample in samples]
    mdat = next(child for child in file.children if child.kind == b'mdat')
    mdat.body = b''.join(samples)
    start = sum(len(child.bytes()) for child in file.children[:file.children.index(mdat)]) + 8
    stbl.find(b'stsz').body = struct.pack('>III', 0, 0, len(samples)) + struct.pack(f'>{len(samples)}I', *map(len, samples))
    stbl.find(b'stsc').body = struct.pack('>IIIII', 0, 1, 1, len(samples), 1)
    stbl.find(b'stco').body = struct.pack('>III', 0, 1, start)


def read_samples(file, stbl):
    data = file.bytes()[8:]
    size, count = words(stbl.find(b'stsz').body, 4, 2)
    sizes = words(stbl.find(b'stsz').body, 12, count)
    offsets = words(stbl.find(b'stco').body, 8, words(stbl.find(b'stco').body, 4, 1)[0])
    runs = words(stbl.find(b'stsc').body, 8, 3 * words(stbl.find(b'stsc').body, 4, 1)[0])
    runs = list(zip(runs[::3], runs[1::3]))
    samples = []
    for chunk, offset in enumerate(offsets, 1):
        for _ in range([per_chunk for first, per_chunk in runs if first <= chunk][-1]):
            length = sizes[len(samples)]
            samples.append(data[offset:offset + length])
            offset += length
    return samples


def after_delimiter(sample):
    """Moves an access unit delimiter in front of the SEI message that was put before it."""
    length, = words(sample, 0, 1)
    rest = sample[4 + length:]
    if rest[4] & 31 != 9:
        return sample
    delimiter = 4 + words(rest, 0, 1)[0]
    return rest[:delimiter] + sample[:4 + length] + rest[delimiter:]


def sei(entry, number, fields):
    """ATSC A/53 part 4: cc_data in a user_data_registered_itu_t_t35 message."""
    text = b'HELLO  '
    pair = [odd(text[number * 2 % 6]), odd(text[number * 2 % 6 + 1])]
    triples = []
    for field in fields:
        triples.append({'1': [0xfc, *pair], '2': [0xfd, *pair], 'p': [0xfd, 0x80, 0x80], 'd': [0xff, 2, 0x21]}[field])
    triples.append([0xfa, 0, 0])  # not valid: stuffing
    cc = bytes([0x40 | len(triples), 0xff]) + b''.join(map(bytes, triples)) + b'\xff'
    payload = b'\xb5\x00\x31GA94\x03' + cc
    header = b'\x4e\x01' if entry in (b'hvc1', b'hev1') else b'\x06'
    nal = header + bytes([4, len(payload)]) + payload + b'\x80'
    escaped = bytearray()
    for byte in nal:
        if byte <= 3 and escaped[-2:] == b'\0\0':
            escaped.append(3)
        escaped.append(byte)
    return struct.pack('>I', len(escaped)) + bytes(escaped)


def odd(byte):
    """CEA-608 bytes have odd parity."""
    return byte | 0x80 if bin(byte).count('1') % 2 == 0 else byte


def main():
    what, source, target, *arguments = sys.argv[1:]
    changes = {change.__name__: change for change in (co64, stz2, rename, sbr, edit, tfdt32, split, captions)}
    with open(source, 'rb') as stream:
        file = Box(b'file', children=parse(stream.read()))
    changes[what](file, *arguments)
    with open(target, 'wb') as stream:
        stream.write(file.bytes()[8:])


main()
