#!/bin/bash
# Plays one HLS or DASH URL in clients that are no browsers and prints a line per check: ffprobe, ffmpeg, GStreamer.
#   clients.sh URL [--expect FILE.json]      the expectation file of play.mjs: how many streams there are, and whether a picture
set -euo pipefail

url=${1:?usage: clients.sh URL [--expect FILE.json]}
expect=${3:-}
LIMIT=90 # seconds for each client
# GStreamer 1.22's playbin comes to a standstill between "buffering" and its clock in one of twenty starts of a stream that
# is loaded at once, also from static files of nginx (6 of 120 runs, beside 4 of 120 from here). It is then started anew.
STANDSTILL=30 # seconds

expected() { # variants or audio: how many the file names; nothing without a file
  [ -z "$expect" ] || python3 -c 'import json, sys; print(len(json.load(open(sys.argv[1])).get(sys.argv[2], [])))' "$expect" "$1"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
passed=0 failed=0
ok() { passed=$((passed + 1)); echo "ok   $1: $2"; }
bad() { failed=$((failed + 1)); echo "FAIL $1: $2"; { cut -c1-300 "$work/err" | sed 's/^/       /;8q'; } 2>/dev/null || true; }
run() { timeout -k 5 "$LIMIT" "$@"; }
start() { timeout -k 5 "$STANDSTILL" gst-launch-1.0 -v "$1" uri="$url" video-sink='fakesink sync=false' audio-sink='fakesink sync=false'; }
seconds_near() { awk -v a="$1" -v b="${2:-0}" -v most="$3" 'BEGIN { d = a - b; exit !(d * d <= most * most) }'; }

streams() { # type -> how many streams of it ffprobe found
  grep -c "^codec_type=$1" "$work/probe" || true
}

probe() {
  local status=0 apart
  run ffprobe -v error -show_streams -show_format -of default=nw=1 "$url" >"$work/probe" 2>"$work/err" || status=$?
  duration=$(sed -n 's/^duration=//p' "$work/probe" | tail -1) # the last is the format's
  if [ $status = 0 ] && [ ! -s "$work/err" ]; then
    ok ffprobe "$(grep -E '^(codec_name|width|height)=' "$work/probe" | cut -d= -f2 | paste -sd' '), $duration s"
  else
    bad ffprobe "exit $status"
  fi
  apart=$(sed -n 's/^start_time=//p' "$work/probe" | grep -v N/A | sort -g | sed -n '1h;$!d;H;x;s/\n/ /p' | awk '{ print $2 - $1 }')
  : >"$work/err"
  if seconds_near "${apart:-9}" 0 0.25; then ok "ffprobe start times" "within $apart s"; else bad "ffprobe start times" "$apart s apart"; fi
  counted video "$want_video"
  # Where there is no picture the qualities of the sound are streams of their own, as many as the bit rates.
  [ "$want_video" = 0 ] || counted audio "$want_audio"
}

counted() { # type, wanted
  [ -n "$2" ] || return 0
  local found
  found=$(streams "$1")
  if [ "$found" = "$2" ]; then ok "ffprobe lists $1" "$found"; else bad "ffprobe lists $1" "$found, not $2"; fi
}

decode() { # every video and audio stream; ffmpeg knows no wvtt in MP4, so text is left out
  local status=0 decoded frames
  run ffmpeg -nostdin -v warning -xerror -threads 1 -ignore_unknown -i "$url" -map 0:v? -map 0:a? -f null -progress "$work/out" - \
    2>"$work/all" || status=$?
  # What it says of streams without a fault in them.
  grep -v -E "Can't support the subtitle|deprecated pixel|max_analyze_duration|Could not find codec parameters|Consider increasing|Found duplicated MOOV|keepalive request failed" \
    "$work/all" >"$work/err" || true
  decoded=$(awk -F= '/^out_time_us=[0-9]/ { t = $2 } END { printf "%.1f", t / 1e6 }' "$work/out")
  frames=$(awk -F= '/^frame=/ { f = $2 } END { print f + 0 }' "$work/out")
  if [ $status = 0 ] && [ ! -s "$work/err" ] && seconds_near "$decoded" "$duration" 1; then
    ok ffmpeg "decoded $decoded s of every stream, $frames frames, no warning"
  else
    bad ffmpeg "exit $status after $decoded s of $duration"
  fi
}

gstreamer() { # playbin uses hlsdemux and dashdemux, playbin3 their successors
  local status caps attempt must=video
  [ "$want_video" = 0 ] && must=audio
  for attempt in 1 2 3; do
    status=0
    start "$1" >"$work/out" 2>&1 || status=$?
    [ $status = 124 ] || break
  done
  # It hands WebVTT voice spans to Pango, which does not know them.
  grep -E 'ERROR|WARN' "$work/out" | grep -v Pango-WARNING >"$work/err" || true
  caps=$({ grep -o -E 'caps = (video|audio)/x-raw,[^;]*(width=\(int\)[0-9]+, height=\(int\)[0-9]+|rate=\(int\)[0-9]+)' "$work/out" || true; } |
    sed 's/caps = //;s/, .*width=(int)/ /;s/, height=(int)/x/;s/, .*rate=(int)/ /' | sort -u | paste -sd';')
  if [ $status = 0 ] && [ ! -s "$work/err" ] && [[ $caps == *$must* ]]; then
    ok "gst $1" "decoded $caps, at start $attempt"
  else
    bad "gst $1" "exit $status, decoded ${caps:-nothing}"
  fi
}

want_video=$(expected variants) want_audio=$(expected audio)
probe
decode
gstreamer playbin
gstreamer playbin3
echo "$passed passed, $failed failed"
[ $failed = 0 ]
