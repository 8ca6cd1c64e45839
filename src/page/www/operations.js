// Live figures of the server: what it serves, what it has at hand, what it works on, what went wrong.

import { ask, at, Refused } from './api.js';
import { h, show } from './dom.js';
import { drawCounts, drawFigures, section, title } from './figures.js';
import { address } from './router.js';
import { session } from './session.js';
import { lamp } from './signs.js';
import { complain } from './toast.js';
import { plural, when } from './words.js';

const EVERY = 2000;

export async function operationsView({ main }) {
  const figures = h('div', { class: 'figures' });
  const jobs = h('div', {});
  const purges = h('div', {});
  const rest = h('div', { class: 'rest' });
  const state = h('p', { class: 'count', role: 'status' });
  const paused = h('input', { type: 'checkbox', id: 'paused' });
  const series = new Map();
  let timer;
  let isLeft = false;

  show(
    main,
    h('div', { class: 'bar' }, h('h1', { tabindex: -1 }, 'Operations'), state),
    h('div', { class: 'filters' }, h('div', { class: 'tick' }, paused, h('label', { for: 'paused' }, 'Hold still'))),
    figures,
    section('Jobs', jobs),
    section('Telling the CDN', purges),
    rest,
  );

  async function look() {
    if (!paused.checked && document.visibilityState === 'visible') {
      try {
        const [now, known, told] = await Promise.all([optional(at('operations')), ask(at('jobs')), ask(at('purges'))]);
        if (isLeft) return;
        state.textContent = `As of ${new Date().toLocaleTimeString()}`;
        // Where somebody is in a table or at a button, that one stays as it is.
        const unless = (element, draw) => element.contains(document.activeElement) || draw();
        unless(jobs, () => drawJobs(jobs, known.jobs));
        drawPurges(purges, told);
        drawFigures(figures, now, series);
        unless(rest, () => drawCounts(rest, now));
      } catch (error) {
        state.textContent = error.message;
      }
    }
    if (!isLeft) timer = setTimeout(look, EVERY);
  }
  await look();
  return {
    title: 'Operations',
    leave: () => {
      isLeft = true;
      clearTimeout(timer);
    },
  };
}

/** What this token may not see, or this server does not have. */
async function optional(path) {
  try {
    return await ask(path);
  } catch (error) {
    if (error instanceof Refused && [403, 404].includes(error.status)) return { refused: error.message };
    throw error;
  }
}

const STATES = {
  waiting: 'wait',
  running: 'wait',
  done: 'good',
  succeeded: 'good',
  failed: 'error',
  cancelled: 'notice',
};

function drawJobs(element, list) {
  if (!list.length) return show(element, h('p', { class: 'all-clear' }, lamp('good'), 'None.'));
  const cancel = async (job) => {
    try {
      await ask(at('jobs', job.id), { method: 'DELETE' });
      drawJobs(element, (await ask(at('jobs'))).jobs);
    } catch (error) {
      complain(error);
    }
  };
  const isOpen = (job) => ['waiting', 'running'].includes(job.state);
  show(
    element,
    h(
      'ul',
      { class: 'jobs' },
      [...list]
        .reverse()
        .map((job) =>
          h(
            'li',
            {},
            lamp(STATES[job.state] ?? 'notice'),
            h('span', {}, `${title(job.kind ?? 'job')} · ${job.state}`),
            job.asset
              ? h('a', { href: address(['asset', job.asset]) }, [job.asset, job.track].filter(Boolean).join(' / '))
              : null,
            typeof job.progress === 'number' && isOpen(job)
              ? h('progress', { max: 100, value: job.progress, 'aria-label': 'How far' })
              : null,
            (job.reason ?? job.error) ? h('span', { class: 'problem' }, job.reason ?? job.error) : null,
            isOpen(job) && session.may_edit
              ? h('button', { type: 'button', class: 'small', onclick: () => cancel(job) }, 'Cancel')
              : null,
          ),
        ),
    ),
  );
}

function drawPurges(element, told) {
  if (!told.configured)
    return show(element, h('p', { class: 'hint' }, 'No CDN is told of edits: the configuration names none.'));
  const last = told.last_failure;
  show(
    element,
    h(
      'p',
      {},
      lamp(told.waiting || last ? 'warning' : 'good'),
      ` ${plural(told.succeeded, 'purge')} made, ${told.waiting} waiting, ${told.failed} failed.`,
    ),
    last
      ? h(
          'p',
          { class: 'problem' },
          typeof last === 'string'
            ? last
            : [last.at && when(last.at), last.asset, last.reason ?? last.problem].filter(Boolean).join(' · '),
        )
      : null,
  );
}
