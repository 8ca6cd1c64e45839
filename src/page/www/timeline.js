// The tracks drawn to scale: segments, where decoding can begin, cues as blocks, holes, and how far ends lie apart.

import { ask, at } from './api.js';
import { h, say, show } from './dom.js';
import { session } from './session.js';
import { clock, plural } from './words.js';

const LABELS = 132; // pixels for the names
const ROW = 34;
const RULER = 26;
/** Ends that lie further apart than this, in seconds, are told. */
const DRIFT = 0.1;

export function timelinePanel(desk) {
  const canvas = h('canvas', { 'aria-hidden': 'true' });
  const slider = h(
    'div',
    {
      class: 'timeline',
      role: 'slider',
      tabindex: 0,
      'aria-label': 'Place in the asset',
      'aria-valuemin': 0,
      onkeydown: keys,
    },
    canvas,
  );
  const holder = h('div', { class: 'timeline-holder' }, slider);
  const about = h('p', { class: 'hint', role: 'status' }, 'One moment…');
  const ends = h('ul', { class: 'ends' });
  const zoomed = h('input', {
    type: 'range',
    min: 0,
    max: 8,
    step: 0.5,
    value: 0,
    id: 'zoom',
    oninput: () => {
      zoom = 2 ** zoomed.value;
      draw();
      follow();
    },
  });
  const element = h(
    'div',
    {},
    h(
      'div',
      { class: 'panel-head' },
      h('h2', {}, 'Timeline'),
      h('div', { class: 'field row' }, h('label', { for: 'zoom' }, 'Closer'), zoomed),
      about,
    ),
    legend(),
    holder,
    ends,
  );

  let rows = [];
  let duration = desk.asset.duration ?? 1;
  let zoom = 1;
  let shape = '';
  let frame = 0;
  let given = null;

  async function load() {
    const now = JSON.stringify(
      desk.asset.tracks.map((track) => [track.name, track.visibility, track.media, track.problem]),
    );
    if (now === shape) return;
    shape = now;
    given?.abort();
    const { signal } = (given = new AbortController());
    const tracks = desk.asset.tracks.filter(
      (track) => track.media && !track.problem && (track.visibility === 'visible' || session.may_edit),
    );
    try {
      rows = await Promise.all(
        tracks.map(async (track) => {
          const path = ['assets', desk.name, 'tracks', track.name];
          const [timeline, cues] = await Promise.all([
            ask(at(...path, 'timeline'), { signal }),
            track.type === 'text' ? ask(at(...path, 'cues'), { signal }) : null,
          ]);
          return { track, timeline, cues: cues?.cues ?? null };
        }),
      );
      duration = Math.max(
        0.1,
        ...rows.filter((row) => !row.cues).map((row) => row.timeline.end),
        ...rows.map((row) => (row.cues?.at(-1)?.end ?? 0) / 1000),
      );
      slider.setAttribute('aria-valuemax', duration.toFixed(1));
      const cues = rows.reduce((sum, row) => sum + (row.cues?.length ?? 0), 0);
      about.textContent = `${plural(rows.length, 'track')}, ${clock(duration)}, ${plural(cues, 'cue')}. Click to play there; arrow keys move, Page Up and Page Down go from cue to cue.`;
      tellEnds();
      draw();
      follow();
    } catch (error) {
      if (error.name !== 'AbortError') about.textContent = error.message;
    }
  }

  /** How far the ends of sound and pictures lie apart, and their holes, in words: the drawing is not for everybody. */
  function tellEnds() {
    const reference = rows.find((row) => row.track.type === 'video') ?? rows.find((row) => row.track.type === 'audio');
    const lines = [];
    for (const { track, timeline, cues } of rows) {
      if (cues) continue;
      const off = timeline.end - reference.timeline.end;
      if (Math.abs(off) > DRIFT)
        lines.push(
          `${track.name} ends ${Math.abs(off).toFixed(2)} s ${off > 0 ? 'after' : 'before'} ${reference.track.name}`,
        );
      if (timeline.start > DRIFT) lines.push(`${track.name} begins ${timeline.start.toFixed(2)} s late`);
      for (const gap of timeline.gaps.slice(0, 5))
        lines.push(`${track.name} has nothing from ${clock(gap.start, 1)} to ${clock(gap.end, 1)}`);
      if (timeline.gaps.length > 5) lines.push(`${track.name} has ${timeline.gaps.length - 5} more holes`);
    }
    show(
      ends,
      lines.map((line) => h('li', {}, line)),
    );
    ends.hidden = !lines.length;
  }

  const width = () => Math.max(holder.clientWidth, 320);
  const scale = () => ((width() - LABELS - 12) * zoom) / duration;
  /** What of it is in view: the drawing is as wide as the window, whatever the zoom. */
  let offset = 0;
  const x = (time) => LABELS + (time - offset) * scale();

  function clampOffset() {
    const shown = duration / zoom;
    offset = Math.min(Math.max(0, offset), Math.max(0, duration - shown));
  }

  function draw() {
    if (!element.isConnected || !rows.length) return;
    clampOffset();
    const ratio = devicePixelRatio || 1;
    const [w, hgt] = [width(), RULER + rows.length * ROW + 6];
    Object.assign(canvas, { width: w * ratio, height: hgt * ratio });
    canvas.style.setProperty('width', `${w}px`);
    canvas.style.setProperty('height', `${hgt}px`);
    const pen = canvas.getContext('2d');
    pen.scale(ratio, ratio);
    const css = getComputedStyle(element);
    const colour = (name) => css.getPropertyValue(`--${name}`).trim();
    const colours = Object.fromEntries(
      ['ink', 'quiet', 'line', 'panel', 'video', 'audio', 'text', 'bad', 'go', 'warn'].map((name) => [
        name,
        resolveColour(colour(name)),
      ]),
    );
    pen.font = `12px ${css.fontFamily}`;
    pen.textBaseline = 'middle';
    ruler(pen, colours, w, hgt);
    rows.forEach((row, place) => drawRow(pen, colours, row, RULER + place * ROW, w));
    const now = x(desk.player.video.currentTime);
    if (now >= LABELS) {
      pen.fillStyle = colours.bad;
      pen.fillRect(now - 1, 4, 2, hgt - 6);
      pen.beginPath();
      pen.arc(now, 6, 5, 0, 7);
      pen.fill();
    }
  }

  function resolveColour(value) {
    probe.style.setProperty('color', value);
    return getComputedStyle(probe).color;
  }
  const probe = h('span', { hidden: true });
  element.append(probe);

  function ruler(pen, colours, w, hgt) {
    const step =
      [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((one) => one * scale() > 64) ?? 7200;
    for (let time = Math.ceil(offset / step) * step; x(time) < w; time += step) {
      pen.fillStyle = colours.line;
      pen.fillRect(x(time), RULER - 4, 1, hgt);
      pen.fillStyle = colours.quiet;
      pen.fillText(clock(time, step < 1 ? 1 : 0), x(time) + 3, 11);
    }
  }

  function drawRow(pen, colours, { track, timeline, cues }, y, w) {
    const middle = y + ROW / 2;
    pen.save();
    pen.beginPath();
    pen.rect(LABELS, 0, w - LABELS, y + ROW);
    pen.clip();
    pen.globalAlpha = track.visibility === 'hidden' ? 0.45 : 1;
    // The rail that everything lies on.
    pen.fillStyle = colours.line;
    pen.fillRect(x(0), middle - 0.5, duration * scale(), 1);
    pen.fillStyle = colours[track.type];
    if (cues) {
      for (const { start, end } of cues) box(pen, x(start / 1000), y + 8, x(end / 1000) - x(start / 1000), ROW - 16, w);
    } else {
      for (const { time, duration: length } of timeline.segments) {
        box(pen, x(time / timeline.timescale), y + 9, (length / timeline.timescale) * scale() - 1.5, ROW - 18, w);
      }
      pen.fillStyle = colours.panel;
      if (timeline.sync && scale() * (duration / timeline.sync.length) > 3) {
        for (const time of timeline.sync)
          if (x(time) > LABELS - 2 && x(time) < w) pen.fillRect(x(time) + 1, y + ROW - 15, 1.5, 6);
      }
      pen.fillStyle = colours.bad;
      for (const gap of timeline.gaps)
        pen.fillRect(x(gap.start), y + 5, Math.max(2, (gap.end - gap.start) * scale()), ROW - 10);
      for (const [from, to] of [
        [0, timeline.start],
        [timeline.end, duration],
      ])
        if (to - from > DRIFT) hatch(pen, colours.warn, x(from), y + 9, (to - from) * scale(), ROW - 18);
    }
    pen.restore();
    pen.fillStyle = colours.panel;
    pen.fillRect(0, y, LABELS, ROW);
    pen.fillStyle = track.visibility === 'hidden' ? colours.quiet : colours.ink;
    pen.fillText(short(pen, track.name, LABELS - 14), 4, middle - (track.visibility === 'hidden' ? 6 : 0));
    if (track.visibility === 'hidden') {
      pen.fillStyle = colours.quiet;
      pen.fillText('hidden', 4, middle + 8);
    }
  }

  function box(pen, left, top, wide, high, w) {
    if (left + wide < LABELS || left > w) return;
    pen.beginPath();
    pen.roundRect(left, top, Math.max(wide, 1.2), high, Math.min(3, wide / 2 > 0 ? wide / 2 : 0));
    pen.fill();
  }

  function hatch(pen, colour, left, top, wide, high) {
    pen.save();
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.rect(left, top, wide, high);
    pen.clip();
    for (let at = left - high; at < left + wide; at += 6) {
      pen.moveTo(at, top + high);
      pen.lineTo(at + high, top);
    }
    pen.stroke();
    pen.restore();
  }

  function short(pen, text, most) {
    if (pen.measureText(text).width <= most) return text;
    while (text.length > 2 && pen.measureText(`${text}…`).width > most) text = text.slice(0, -1);
    return `${text}…`;
  }

  /** Keeps what plays in view, and says where that is. */
  function follow() {
    const now = desk.player.video.currentTime;
    const shown = duration / zoom;
    if (now < offset || now > offset + shown * 0.95) offset = now - shown * 0.1;
    slider.setAttribute('aria-valuenow', now.toFixed(1));
    slider.setAttribute('aria-valuetext', clock(now, 1));
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(draw);
  }

  function go(time, play) {
    const to = Math.min(Math.max(0, time), duration);
    if (play) desk.player.playAt(to);
    else desk.player.video.currentTime = to;
    follow();
  }

  function keys(event) {
    const now = desk.player.video.currentTime;
    const starts = rows
      .filter((row) => row.cues)
      .flatMap((row) => row.cues)
      .map((cue) => cue.start / 1000)
      .sort((a, b) => a - b);
    const to = {
      ArrowRight: now + 1,
      ArrowLeft: now - 1,
      ArrowUp: now + 10,
      ArrowDown: now - 10,
      Home: 0,
      End: duration - 0.1,
      PageDown: starts.find((start) => start > now + 0.05),
      PageUp: starts.findLast((start) => start < now - 0.05),
    }[event.key];
    if (event.key === 'Enter' || event.key === ' ') {
      if (desk.player.video.paused) desk.player.video.play().catch(() => {});
      else desk.player.video.pause();
    } else if (to === undefined) return;
    else go(to, false);
    event.preventDefault();
  }

  canvas.addEventListener('click', (event) => {
    const time = offset + (event.offsetX - LABELS) / scale();
    if (time < 0) return;
    const row = rows[Math.floor((event.offsetY - RULER) / ROW)];
    const cue = row?.cues?.find(({ start, end }) => time * 1000 >= start && time * 1000 < end);
    if (cue) {
      desk.player.showCues(row.track.name);
      say(cue.shown ?? cue.text);
    }
    go(cue ? cue.start / 1000 : time, true);
  });
  canvas.addEventListener('pointermove', (event) => {
    const time = offset + (event.offsetX - LABELS) / scale();
    const row = rows[Math.floor((event.offsetY - RULER) / ROW)];
    const cue = row?.cues?.find(({ start, end }) => time * 1000 >= start && time * 1000 < end);
    canvas.title = cue ? `${clock(cue.start / 1000, 1)} ${cue.shown ?? cue.text}` : time >= 0 ? clock(time, 1) : '';
  });
  slider.addEventListener(
    'wheel',
    (event) => {
      if (zoom === 1 || Math.abs(event.deltaX) < Math.abs(event.deltaY)) return;
      event.preventDefault();
      offset += event.deltaX / scale();
      draw();
    },
    { passive: false },
  );

  const sized = new ResizeObserver(draw);
  sized.observe(holder);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', draw);
  desk.addEventListener('change', load);
  desk.player.video.addEventListener('timeupdate', follow);
  load();
  return {
    element,
    close: () => {
      given?.abort();
      sized.disconnect();
      dark.removeEventListener('change', draw);
      desk.removeEventListener('change', load);
      desk.player.video.removeEventListener('timeupdate', follow);
    },
  };
}

function legend() {
  const item = (kind, text) => h('li', {}, h('span', { class: `swatch ${kind}`, 'aria-hidden': 'true' }), text);
  return h(
    'ul',
    { class: 'legend' },
    item('video', 'picture segments, with key frames'),
    item('audio', 'sound segments'),
    item('text', 'cues'),
    item('gap', 'nothing comes'),
    item('drift', 'begins late or ends early'),
  );
}
