// A small player on Media Source Extensions: segments of the server's API into source buffers, a little ahead of what is
// shown. It plays hidden tracks, too, which no manifest has; so it is led by timelines, not by manifests.

import { media } from './api.js';

const AHEAD = 20; // seconds kept ready
const BEHIND = 30; // seconds kept of what was shown
const JUMP = 0.6; // a hole so short is skipped
const CAUTION = 0.7; // of the measured bandwidth this much is counted on

export const hasMse = () => Boolean(globalThis.ManagedMediaSource ?? globalThis.MediaSource);
const mime = (type, timeline) => `${type}/mp4; codecs="${timeline.codec}"`;

export function canPlay(type, codec) {
  return (
    (globalThis.ManagedMediaSource ?? globalThis.MediaSource)?.isTypeSupported(`${type}/mp4; codecs="${codec}"`) ??
    false
  );
}

export class MsePlayer {
  #video;
  #streams = {};
  #source;
  #address;
  #timer;
  #bandwidth = 4e6;

  /** `onProblem` is told what ends playback. */
  constructor(video, onProblem) {
    this.#video = video;
    this.onProblem = onProblem;
  }

  /** `video` is a ladder of timelines, `audio` one; either may be missing. */
  async open({ video, audio, duration }) {
    this.close();
    const Source = globalThis.ManagedMediaSource ?? globalThis.MediaSource;
    const source = (this.#source = new Source());
    this.#video.disableRemotePlayback = true;
    this.#address = URL.createObjectURL(source);
    const opened = new Promise((done) => source.addEventListener('sourceopen', done, { once: true }));
    this.#video.src = this.#address;
    await opened;
    if (this.#source !== source) return;
    source.duration = duration;
    if (video?.length) this.#streams.video = new Stream('video', source, video);
    if (audio) this.#streams.audio = new Stream('audio', source, [audio]);
    this.#timer = setInterval(() => this.#turn(), 150);
    this.#video.addEventListener('seeking', this.#sought);
    this.#turn();
  }

  close() {
    clearInterval(this.#timer);
    this.#video.removeEventListener('seeking', this.#sought);
    Object.values(this.#streams).forEach((stream) => stream.close());
    this.#streams = {};
    this.#source = null;
    if (this.#address) {
      URL.revokeObjectURL(this.#address);
      this.#address = null;
      this.#video.removeAttribute('src');
      this.#video.load();
    }
  }

  /** Another sound, from where it is heard. */
  setAudio(timeline) {
    return this.#streams.audio?.change([timeline]);
  }

  /** Other pictures; a ladder of one is that one. */
  setVideo(ladder) {
    return this.#streams.video?.change(ladder);
  }

  /** The height of the pictures that come now. */
  get playing() {
    return this.#streams.video?.current;
  }

  #sought = () => {
    Object.values(this.#streams).forEach((stream) => stream.interrupt());
    this.#turn();
  };

  #turn() {
    const at = this.#video.currentTime;
    const streams = Object.values(this.#streams);
    for (const stream of streams) {
      stream
        .fill(at, this.#bandwidth)
        .then((measured) => {
          if (measured) this.#bandwidth = this.#bandwidth * 0.7 + measured * 0.3;
        })
        .catch((error) => {
          if (error.name === 'AbortError' || !this.#source) return;
          clearInterval(this.#timer);
          this.onProblem(error);
        });
    }
    this.#skipHole(at);
    const { readyState } = this.#source ?? {};
    if (readyState === 'open' && streams.length && streams.every((stream) => stream.isDone(at)))
      this.#source.endOfStream();
  }

  /** Where nothing comes for a moment, players go on behind it. */
  #skipHole(at) {
    const { buffered } = this.#video;
    for (let place = 0; place < buffered.length; place++) {
      if (at >= buffered.start(place) - 0.01 && at < buffered.end(place)) return;
      const hole = buffered.start(place) - at;
      if (hole > 0 && hole < JUMP && !this.#video.seeking) this.#video.currentTime = buffered.start(place) + 0.001;
    }
  }
}

/** One kind of media on its way into its buffer. */
class Stream {
  #buffer;
  #ladder;
  #busy = false;
  #given = new AbortController();
  #initOf = null;

  constructor(type, source, ladder) {
    Object.assign(this, { type, source });
    this.#ladder = ladder;
    this.#buffer = source.addSourceBuffer(mime(type, ladder[0]));
  }

  get current() {
    return this.#initOf;
  }

  close() {
    this.#given.abort();
  }

  /** Stops what is under way. */
  interrupt() {
    this.#given.abort();
    this.#given = new AbortController();
  }

  async change(ladder) {
    this.#ladder = ladder;
    this.interrupt();
    while (this.#busy) await new Promise((done) => setTimeout(done, 10));
    this.#busy = true;
    try {
      await this.#settled();
      await this.#do(() => this.#buffer.remove(0, Infinity));
      this.#initOf = null;
    } finally {
      this.#busy = false;
    }
  }

  isDone(at) {
    return !this.#busy && this.#next(this.#end(at)) === undefined;
  }

  /** Brings the next segment where one is wanted; gives the bandwidth that was measured. */
  async fill(at, bandwidth) {
    if (this.#busy || this.source.readyState === 'closed') return null;
    const end = this.#end(at);
    const timeline = this.#pick(bandwidth);
    const segment = this.#next(end, timeline);
    if (!segment || end - at > AHEAD) return null;
    this.#busy = true;
    const { signal } = this.#given;
    try {
      if (this.#initOf !== timeline) {
        const init = await media(timeline.init, { signal });
        await this.#settled();
        if (this.#initOf && mime(this.type, this.#initOf) !== mime(this.type, timeline))
          this.#buffer.changeType(mime(this.type, timeline));
        await this.#do(() => this.#buffer.appendBuffer(init));
        this.#initOf = timeline;
      }
      const begun = performance.now();
      const bytes = await media(timeline.media.replace('{time}', segment.time), { signal });
      const seconds = Math.max(performance.now() - begun, 1) / 1000;
      if (signal.aborted) return null;
      await this.#append(bytes, at);
      return (bytes.byteLength * 8) / seconds;
    } finally {
      this.#busy = false;
    }
  }

  async #append(bytes, at) {
    await this.#settled();
    const { buffered } = this.#buffer;
    if (buffered.length && buffered.start(0) < at - 2 * BEHIND)
      await this.#do(() => this.#buffer.remove(0, at - BEHIND));
    try {
      await this.#do(() => this.#buffer.appendBuffer(bytes));
    } catch (error) {
      if (error.name !== 'QuotaExceededError') throw error;
      await this.#do(() => this.#buffer.remove(0, Math.max(at - 5, 0.1)));
      await this.#do(() => this.#buffer.appendBuffer(bytes));
    }
  }

  #settled() {
    return this.#buffer.updating
      ? new Promise((done) => this.#buffer.addEventListener('updateend', done, { once: true }))
      : null;
  }

  #do(what) {
    return new Promise((done, fail) => {
      this.#buffer.addEventListener('updateend', done, { once: true });
      this.#buffer.addEventListener(
        'error',
        () => fail(new Error(`The browser cannot decode the ${this.type} of this track.`)),
        { once: true },
      );
      try {
        what();
      } catch (error) {
        fail(error);
      }
    });
  }

  /** Where what is buffered from `at` on ends. */
  #end(at) {
    const { buffered } = this.#buffer;
    let end = at;
    for (let place = 0; place < buffered.length; place++) {
      if (buffered.start(place) <= end + 0.1 && buffered.end(place) > end) end = buffered.end(place);
    }
    return end;
  }

  /** The segment that `time` lies in, or the next; `undefined` behind the last. */
  #next(time, timeline = this.#initOf ?? this.#ladder[0]) {
    const { segments, timescale } = timeline;
    const ticks = (time + 0.02) * timescale;
    let [low, high] = [0, segments.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (segments[middle].time + segments[middle].duration > ticks) high = middle;
      else low = middle + 1;
    }
    return segments[low];
  }

  /** The best that the line carries; the ladder is from the smallest to the largest. */
  #pick(bandwidth) {
    const rate = ({ segments, timescale }) =>
      (segments.reduce((sum, segment) => sum + segment.bytes, 0) * 8) /
      Math.max(segments.reduce((sum, segment) => sum + segment.duration, 0) / timescale, 0.1);
    return (
      this.#ladder.findLast((timeline) => (timeline.rate ??= rate(timeline)) < bandwidth * CAUTION) ?? this.#ladder[0]
    );
  }
}
