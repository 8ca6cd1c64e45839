#!/usr/bin/env python3
"""Writes what ffprobe says of every packet of a media file: packets.py FILE > FILE.packets.csv

A line `# stream,type,codec,timebase` for each stream, then one line for each packet in decode order: the stream, its
presentation time after the edit list (empty: not presented), its decode time without, its size, its key flag and the
CRC-32 of its bytes. Times are in the stream's time base.
"""
import json
import subprocess
import sys


def probe(file, *options):
    command = ['ffprobe', '-v', 'error', '-fflags', '+noparse+nofillin', *options, '-of', 'json', file]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def packets(file, *options):
    entries = 'packet=stream_index,pts,dts,size,flags,data_hash'
    found = probe(file, *options, '-show_packets', '-show_data_hash', 'crc32', '-show_entries', entries)
    return [{**packet, 'crc': packet['data_hash'].split(':')[1]} for packet in found['packets']]


def main(file):
    streams = probe(file, '-show_streams')['streams']
    everything, edited = packets(file, '-ignore_editlist', '1'), packets(file)
    for stream in streams:
        index = stream['index']
        codec = stream.get('codec_name', stream['codec_tag_string'])
        print(f"# {index},{stream['codec_type']},{codec},{stream['time_base']}")
        shown = [packet for packet in edited if packet['stream_index'] == index]
        for packet in (packet for packet in everything if packet['stream_index'] == index):
            time = ''
            # With an edit list ffprobe leaves out what no presentation needs; the rest is in the same order.
            if shown and shown[0]['crc'] == packet['crc']:
                kept = shown.pop(0)
                time = '' if 'D' in kept['flags'] else kept['pts']
            key = 'K' if 'K' in packet['flags'] else ''
            print(f"{index},{time},{packet['dts']},{packet['size']},{key},{packet['crc']}")
        assert not shown, f'{file}: stream {index} has packets that are not there without its edit list'


main(sys.argv[1])
