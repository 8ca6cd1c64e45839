// The few signs of the page: signal lamps, plates, and a picture for what has none. Each says in words what it shows.

import { h, svg } from './dom.js';

const SHAPES = {
  good: () => svg('path', { d: 'M4.6 8.2l2.3 2.3 4.6-5', fill: 'none', 'stroke-width': '1.8' }),
  notice: () => svg('path', { d: 'M8 7.2v4M8 4.4v.6', fill: 'none', 'stroke-width': '1.8' }),
  warning: () => svg('path', { d: 'M8 4.2v4.4M8 11v.6', fill: 'none', 'stroke-width': '1.9' }),
  error: () => svg('path', { d: 'M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6', fill: 'none', 'stroke-width': '1.9' }),
  wait: () => svg('path', { d: 'M8 4.4V8l2.4 1.6', fill: 'none', 'stroke-width': '1.7' }),
};

/** A lamp: `good`, `notice`, `warning`, `error` or `wait`. `text` is what it means; without one it is said beside it. */
export function lamp(kind, text = '') {
  return svg(
    'svg',
    {
      class: `lamp ${kind}`,
      viewBox: '0 0 16 16',
      width: 18,
      height: 18,
      ...(text ? { role: 'img', 'aria-label': text } : { 'aria-hidden': 'true' }),
    },
    kind === 'warning'
      ? svg('path', { class: 'plate', d: 'M8 .8l7.4 13.4H.6z' })
      : svg('circle', { class: 'plate', cx: 8, cy: 8, r: 7.4 }),
    svg('g', { class: 'mark', transform: kind === 'warning' ? 'translate(0 1)' : '' }, SHAPES[kind]()),
  );
}

/** A plate of a few letters, as they stand on a signal post: `AD`, `CC`. `state` is `has`, `some`, `lacks` or `none`. */
export function plate(letters, state, text) {
  return h(
    'span',
    { class: `plate ${state}`, title: text },
    h('span', { 'aria-hidden': 'true' }, letters),
    h('span', { class: 'unseen' }, text),
  );
}

/** What stands for an asset that has no picture: tracks, drawn by its name. */
export function drawnPoster(name, isSound) {
  let seed = 7;
  for (const letter of name) seed = (seed * 31 + letter.codePointAt(0)) >>> 0;
  const dice = () => ((seed = (seed * 1103515245 + 12345) >>> 0), seed / 2 ** 32);
  const lines = [];
  if (isSound) {
    for (let x = 20; x <= 300; x += 8) {
      const height = 10 + dice() * 74 * Math.sin((x / 320) * Math.PI);
      lines.push(svg('line', { x1: x, x2: x, y1: 90 - height / 2, y2: 90 + height / 2 }));
    }
  } else {
    for (let row = 0; row < 5; row++) {
      const y = 46 + row * 22;
      const from = 20 + dice() * 90;
      const to = 300 - dice() * 90;
      lines.push(svg('line', { x1: from, x2: to, y1: y, y2: y }));
      if (row) lines.push(svg('line', { x1: from, x2: from - 16, y1: y, y2: y - 22 }));
    }
  }
  return svg(
    'svg',
    { class: 'drawn', viewBox: '0 0 320 180', 'aria-hidden': 'true', preserveAspectRatio: 'xMidYMid slice' },
    lines,
  );
}
