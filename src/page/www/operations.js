// Live figures of the server: what it serves, what it has at hand, what it works on, what went wrong.

import { ask, at, Refused } from './api.js';
import { h, show } from './dom.js';
import { address } from './router.js';
import { session } from './session.js';
import { lamp } from './signs.js';
import { complain } from './toast.js';
import { bytes, plural, when } from './words.js';

const EVERY = 2000;
const POINTS = 60;

export async function operationsView({ main }) {
  const figures = h('div', { class: 'figures' });
  const jobs = h('div', {});
  const purges = h('div', {});
  const rest = h('div', {});
  const state = h('p', { class: 'count', role: 'status' });
  const paused = h('input', { type: 'checkbox', id: 'paused' });
  const series = new Map();
  let timer;
  let isLeft = false;

  show(main, h('div', { class: 'bar' }, h('h1', { tabindex: -1 }, 'Operations'), state),
    h('div', { class: 'filters' }, h('div', { class: 'tick' }, paused, h('label', { for: 'paused' }, 'Hold still'))),
    figures, h('section', {}, h('h2', {}, 'Jobs'), jobs), h('section', {}, h('h2', {}, 'Purges'), purges), rest);

  async function look() {
    if (!paused.checked && document.visibilityState === 'visible') {
      try {
        const [now, known, told] = await Promise.all([optional(at('operations')), ask(at('jobs')), ask(at('purges'))]);
        if (isLeft) return;
        state.textContent = `As of ${new Date().toLocaleTimeString()}`;
        drawJobs(jobs, known.jobs);
        drawPurges(purges, told);
        drawFigures(figures, rest, now, series);
      } catch (error) {
        state.textContent = error.message;
      }
    }
    if (!isLeft) timer = setTimeout(look, EVERY);
  }
  await look();
  return { title: 'Operations', leave: () => { isLeft = true; clearTimeout(timer); } };
}

/** What a server without figures does not have. */
async function optional(path) {
  try {
    return await ask(path);
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return null;
    throw error;
  }
}

const title = (word) => word.replaceAll('_', ' ').replace(/^./, (letter) => letter.toUpperCase());

/** Every number that is told, by group, whatever the server tells: what it counts may grow. */
function drawFigures(element, rest, now, series) {
  if (!now) return show(element, h('p', { class: 'hint' }, 'This server tells no figures.'));
  const at = performance.now();
  const groups = Object.entries(now).filter(([, value]) => value !== null && typeof value === 'object' && !Array.isArray(value));
  const single = Object.entries(now).filter(([, value]) => typeof value === 'number');
  const cards = [];
  if (single.length) cards.push(card('Server', single, at, series));
  for (const [name, value] of groups) cards.push(card(title(name), flat(value), at, series));
  show(element, cards);
  const lists = Object.entries(now).filter(([, value]) => Array.isArray(value));
  show(rest, lists.map(([name, list]) => h('section', {}, h('h2', {}, title(name)), list.length ? table(list) : h('p', { class: 'all-clear' }, lamp('good'), 'None.'))));
}

function flat(value, before = '') {
  return Object.entries(value).flatMap(([name, one]) => {
    if (typeof one === 'number') return [[before + name, one]];
    return one && typeof one === 'object' && !Array.isArray(one) ? flat(one, `${before}${name} `) : [];
  });
}

function card(name, numbers, at, series) {
  const hits = new Map();
  for (const [key, value] of numbers) {
    const [, kind, what] = /^(.*?)[ _]?(hits|misses)$/.exec(key) ?? [];
    if (what) hits.set(kind, { ...hits.get(kind), [what]: value });
  }
  const rates = [...hits].filter(([, { hits: good, misses: bad }]) => good !== undefined && bad !== undefined);
  return h('section', { class: 'figure' }, h('h2', {}, name),
    rates.map(([kind, { hits: good, misses: bad }]) => h('p', { class: 'rate' }, h('b', {}, good + bad ? `${((good / (good + bad)) * 100).toFixed(1)} %` : '–'), ` ${title(kind || 'found')}: at hand`)),
    h('dl', {}, numbers.map(([key, value]) => {
      const points = follow(series, `${name} ${key}`, at, value);
      return h('div', {}, h('dt', {}, title(key)), h('dd', {}, /bytes/.test(`${name} ${key}`.toLowerCase()) ? bytes(value) : value.toLocaleString('en'), speed(points)));
    })));
}

function follow(series, key, at, value) {
  const points = series.get(key) ?? series.set(key, []).get(key);
  points.push([at, value]);
  if (points.length > POINTS) points.shift();
  return points;
}

/** What came in the last seconds, where it is counted upwards. */
function speed(points) {
  if (points.length < 2) return null;
  const [[from, before], [to, now]] = [points.at(-Math.min(points.length, 5)), points.at(-1)];
  const rate = ((now - before) * 1000) / (to - from);
  return rate > 0 ? h('small', {}, ` +${rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString('en')}/s`) : null;
}

function table(list) {
  const plain = (value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
  if (typeof list[0] !== 'object') return h('ul', {}, list.map((one) => h('li', {}, plain(one))));
  const names = [...new Set(list.flatMap((one) => Object.keys(one)))];
  return h('div', { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': 'List' }, h('table', { class: 'report' }, h('thead', {}, h('tr', {}, names.map((name) => h('th', { scope: 'col' }, title(name))))),
    h('tbody', {}, list.map((one) => h('tr', {}, names.map((name) => h('td', {}, plain(one[name]))))))));
}

const STATES = { waiting: 'wait', running: 'wait', done: 'good', succeeded: 'good', failed: 'error', cancelled: 'notice' };

function drawJobs(element, list) {
  if (!list.length) return show(element, h('p', { class: 'all-clear' }, lamp('good'), 'None.'));
  const cancel = (job) => ask(at('jobs', job.id), { method: 'DELETE' }).catch(complain);
  const isOpen = (job) => ['waiting', 'running'].includes(job.state);
  show(element, h('ul', { class: 'jobs' }, [...list].reverse().map((job) => h('li', {}, lamp(STATES[job.state] ?? 'notice'),
    h('span', {}, `${title(job.kind ?? 'job')} · ${job.state}`), job.asset ? h('a', { href: address(['asset', job.asset]) }, [job.asset, job.track].filter(Boolean).join(' / ')) : null,
    typeof job.progress === 'number' && isOpen(job) ? h('progress', { max: 100, value: job.progress, 'aria-label': 'How far' }) : null,
    job.reason ?? job.error ? h('span', { class: 'problem' }, job.reason ?? job.error) : null,
    isOpen(job) && session.may_edit ? h('button', { type: 'button', class: 'small', onclick: () => cancel(job) }, 'Cancel') : null))));
}

function drawPurges(element, told) {
  if (!told.configured) return show(element, h('p', { class: 'hint' }, 'No CDN is told of edits: the configuration names none.'));
  const last = told.last_failure;
  show(element, h('p', {}, lamp(told.waiting || last ? 'warning' : 'good'), ` ${plural(told.succeeded, 'purge')} made, ${told.waiting} waiting, ${told.failed} failed.`),
    last ? h('p', { class: 'problem' }, typeof last === 'string' ? last : [last.at && when(last.at), last.asset, last.reason ?? last.problem].filter(Boolean).join(' · ')) : null);
}
