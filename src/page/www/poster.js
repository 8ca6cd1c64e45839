// Pictures of assets: a key frame each, decoded by the browser, of those cards alone that are looked at.

import { media } from './api.js';
import { drawnPoster } from './signs.js';

const AT_ONCE = 2;
const KEPT = 200;
const PATIENCE = 8000;

/** Pictures that were drawn, the last used at the end. */
const kept = new Map();

/** Draws posters as they come into view. */
export function posterFor() {
  const waiting = new Map(); // element → asset
  let running = 0;
  let given = new AbortController();
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const asset = wanted.get(target);
        if (!asset) continue;
        if (isIntersecting) waiting.set(target, asset);
        else waiting.delete(target);
      }
      next();
    },
    { rootMargin: '150px' },
  );
  let wanted = new WeakMap();

  function next() {
    if (running >= AT_ONCE || waiting.size === 0) return;
    const [element, asset] = waiting.entries().next().value;
    waiting.delete(element);
    seen.unobserve(element);
    running++;
    draw(asset.poster, given.signal)
      .then((canvas) => {
        if (!given.signal.aborted) element.replaceChildren(canvas);
      })
      .catch(() => {}) // the drawn picture stays
      .finally(() => {
        running--;
        next();
      });
    next();
  }

  return {
    add(element, asset) {
      element.append(drawnPoster(asset.name, !asset.tracks.video));
      if (!asset.poster || !canDecode(asset.poster)) return;
      wanted.set(element, asset);
      seen.observe(element);
    },
    reset() {
      given.abort();
      given = new AbortController();
      waiting.clear();
      seen.disconnect();
      wanted = new WeakMap();
    },
  };
}

const Source = () => globalThis.ManagedMediaSource ?? globalThis.MediaSource;
const typeOf = (poster) => `video/mp4; codecs="${poster.codec}"`;
const canDecode = (poster) => Source()?.isTypeSupported(typeOf(poster)) ?? false;

async function draw(poster, signal) {
  const known = kept.get(poster.segment);
  if (known) {
    kept.delete(poster.segment);
    kept.set(poster.segment, known);
    return copy(known);
  }
  const [init, segment] = await Promise.all([
    media(poster.init, { signal }),
    media(poster.segment, { bytes: poster.bytes, signal }),
  ]);
  const canvas = await picture(poster, init, segment);
  kept.set(poster.segment, canvas);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  return copy(canvas);
}

function copy(canvas) {
  const made = blank(canvas);
  made.getContext('2d').drawImage(canvas, 0, 0);
  return made;
}

function blank({ width, height }) {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  return canvas;
}

/** The first picture of a segment. */
async function picture(poster, init, segment) {
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true, disableRemotePlayback: true });
  const source = new (Source())();
  const address = URL.createObjectURL(source);
  const settled = (target, good) =>
    new Promise((done, fail) => {
      target.addEventListener(good, done, { once: true });
      target.addEventListener('error', () => fail(new Error('not decoded')), { once: true });
      setTimeout(() => fail(new Error('too slow')), PATIENCE);
    });
  try {
    const opened = settled(source, 'sourceopen');
    video.src = address;
    await opened;
    const buffer = source.addSourceBuffer(typeOf(poster));
    for (const bytes of [init, segment]) {
      const ended = settled(buffer, 'updateend');
      buffer.appendBuffer(bytes);
      await ended;
    }
    const shown = settled(video, 'seeked');
    const start = buffer.buffered.length ? buffer.buffered.start(0) : poster.time;
    video.currentTime = start + 0.001;
    source.endOfStream();
    await shown;
    const canvas = blank({ width: 480, height: 270 });
    const scale = Math.max(480 / video.videoWidth, 270 / video.videoHeight);
    const [width, height] = [video.videoWidth * scale, video.videoHeight * scale];
    canvas.getContext('2d').drawImage(video, (480 - width) / 2, (270 - height) / 2, width, height);
    return canvas;
  } finally {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(address);
  }
}
