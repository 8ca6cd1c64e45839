// The figures of the server: those that matter at a glance, and all that it counts, in tables.

import { h, show, svg } from './dom.js';
import { lamp } from './signs.js';
import { bytes, when } from './words.js';

/** Points of a line that shows how a figure went. */
const POINTS = 60;

export const title = (word) =>
  word === 'api' ? 'API' : word.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());
const number = (value) => value.toLocaleString('en');
const sum = (list, field, where = () => true) =>
  (list ?? []).filter(where).reduce((total, one) => total + (one[field] ?? 0), 0);
/** Fields that are shown in a place of their own; whatever else a server tells is shown as it is. */
const KNOWN = [
  'started',
  'connections',
  'requests',
  'bytes',
  'kept',
  'edits',
  'failures',
  'jobs',
  'purges',
  'jobs_ended',
];

export function drawFigures(element, now, series) {
  if (now.refused) return show(element, h('p', { class: 'hint' }, `No figures: ${now.refused}.`));
  const at = performance.now();
  const failed = (one) => one.status?.startsWith('5');
  const [hits, misses] = [sum(now.kept, 'hits'), sum(now.kept, 'misses')];
  const rate = (name, value, words) => figure(name, ...perSecond(follow(series, name, at, value), words));
  show(
    element,
    rate(
      'Requests',
      sum(now.requests, 'count'),
      (perSecond) => `${perSecond < 10 ? perSecond.toFixed(1) : number(Math.round(perSecond))}/s`,
    ),
    rate('Sent', sum(now.bytes, 'bytes'), (perSecond) => `${bytes(perSecond)}/s`),
    figure('At hand when asked for', hits + misses ? `${((hits / (hits + misses)) * 100).toFixed(1)} %` : '–'),
    figure('Open connections', number(now.connections ?? 0)),
    figure('Open jobs', number(sum(now.jobs, 'waiting') + sum(now.jobs, 'running'))),
    figure('Edits', number(now.edits ?? 0)),
    figure(
      'Answers that failed',
      number(sum(now.requests, 'count', failed)),
      null,
      sum(now.requests, 'count', failed) ? 'error' : 'good',
    ),
  );
}

/** What was counted, in tables. */
export function drawCounts(element, now) {
  if (now.refused) return show(element);
  show(
    element,
    section(
      'Last errors',
      now.failures?.length ? table(now.failures) : h('p', { class: 'all-clear' }, lamp('good'), 'None.'),
    ),
    h(
      'div',
      { class: 'columns' },
      now.requests ? section('Requests', requests(now.requests, now.bytes ?? [])) : null,
      now.kept
        ? section(
            'What is kept',
            table(
              now.kept.map(({ kept, ...one }) => ({
                kept: title(kept),
                ...one,
                'at hand': one.hits + one.misses ? `${((one.hits / (one.hits + one.misses)) * 100).toFixed(1)} %` : '–',
              })),
            ),
          )
        : null,
      Object.entries(now)
        .filter(([name]) => !KNOWN.includes(name))
        .map(([name, value]) => section(title(name), anything(value))),
    ),
    now.started ? h('p', { class: 'hint' }, `Counted since ${when(now.started * 1000)}`) : null,
  );
}

export const section = (name, content) => {
  if (content?.getAttribute('role') === 'region') content.setAttribute('aria-label', name);
  return h('section', {}, h('h2', {}, name), content);
};

function figure(name, value, points = null, state = null) {
  return h(
    'section',
    { class: 'figure' },
    h('h2', {}, state ? lamp(state) : null, name),
    h('p', { class: 'rate' }, value),
    points ? sparkline(points) : null,
  );
}

function follow(series, key, at, value) {
  const points = series.get(key) ?? series.set(key, []).get(key);
  points.push([at, value]);
  if (points.length > POINTS) points.shift();
  return points;
}

/** What came in the last few seconds, in words, and how that went. */
function perSecond(points, words) {
  const rates = points
    .slice(1)
    .map(([at, value], place) => Math.max(0, ((value - points[place][1]) * 1000) / (at - points[place][0])));
  const last = rates.slice(-3);
  return [last.length ? words(last.reduce((total, one) => total + one, 0) / last.length) : '…', rates];
}

function sparkline(rates) {
  const most = Math.max(...rates, 1e-9);
  const points = rates.map(
    (rate, place) => `${(place / Math.max(rates.length - 1, 1)) * 200},${38 - (rate / most) * 34}`,
  );
  return svg(
    'svg',
    { class: 'sparkline', viewBox: '0 0 200 40', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('polyline', { points: points.join(' ') }),
  );
}

/** By what was asked for, with the classes of status that came up. */
function requests(list, sent) {
  const statuses = [...new Set(list.filter((one) => one.count).map((one) => one.status))].sort();
  const kinds = [...new Set(list.map((one) => one.answer))];
  return table(
    kinds.map((kind) => ({
      kind: title(kind),
      ...Object.fromEntries(
        statuses.map((status) => [status, sum(list, 'count', (one) => one.answer === kind && one.status === status)]),
      ),
      sent: bytes(sum(sent, 'bytes', (one) => one.answer === kind)),
    })),
  );
}

function anything(value) {
  if (Array.isArray(value)) return value.length ? table(value) : h('p', {}, 'None.');
  if (value !== null && typeof value === 'object')
    return table(Object.entries(value).map(([name, one]) => ({ name: title(name), value: one })));
  return h('p', {}, plain(value));
}

function plain(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return number(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Seconds since 1970 are told as a time, where the name says that it is one. */
const cellText = (name, value) =>
  ['at', 'time', 'made', 'changed'].includes(name) && typeof value === 'number' ? when(value * 1000) : plain(value);

function table(list) {
  if (typeof list[0] !== 'object')
    return h(
      'ul',
      {},
      list.map((one) => h('li', {}, plain(one))),
    );
  const names = [...new Set(list.flatMap((one) => Object.keys(one)))];
  return h(
    'div',
    { class: 'table-holder', tabindex: 0, role: 'region' },
    h(
      'table',
      { class: 'report' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          names.map((name) =>
            h(
              'th',
              { scope: 'col', class: typeof list[0][name] === 'number' ? 'number' : '' },
              /^\dxx$/.test(name) ? name : title(name),
            ),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        list.map((one) =>
          h(
            'tr',
            {},
            names.map((name) =>
              h('td', { class: typeof one[name] === 'number' ? 'number' : '' }, cellText(name, one[name])),
            ),
          ),
        ),
      ),
    ),
  );
}
