// The shell: who looks, where they are, and which view shows it.

import { ask, at } from './api.js';
import { assetView } from './asset.js';
import { catalogueView } from './catalogue.js';
import { mayLose } from './dialog.js';
import { h, say, show } from './dom.js';
import { operationsView } from './operations.js';
import { reportView } from './report.js';
import { place } from './router.js';
import { forget, session } from './session.js';

const VIEWS = { '': catalogueView, asset: assetView, report: reportView, operations: operationsView };

const main = document.getElementById('main');
let leave = null;
/** What would be lost by going to a place, in words. */
let loses = null;
let isAsking = false;
let current = '';

async function go(isFirst = false) {
  const { view, parts, query } = place();
  const key = `${view}/${view === 'asset' ? parts[0] : ''}`;
  // Within a view, the view itself follows the address.
  if (!isFirst && key === current) return dispatchEvent(new CustomEvent('moved', { detail: { parts, query } }));
  current = key;
  leave?.();
  leave = loses = null;
  for (const link of document.querySelectorAll('.top nav a')) {
    const is = link.getAttribute('href') === (view === 'asset' || !VIEWS[view] ? '#/' : `#/${view}`);
    if (is) link.setAttribute('aria-current', view === 'asset' ? 'true' : 'page');
    else link.removeAttribute('aria-current');
  }
  show(main, h('p', { class: 'waiting' }, 'One moment…'));
  const started = key;
  const made = await (VIEWS[view] ?? catalogueView)({ parts, query, main, isHere: () => current === started });
  if (current !== started) return made.leave?.();
  leave = made.leave ?? null;
  loses = made.loses ?? null;
  document.title = `${made.title} – Signalbox`;
  scrollTo(0, 0);
  if (!isFirst) {
    (main.querySelector('h1') ?? main).focus();
    say(made.title);
  }
}

function showWho() {
  if (!session.tokens) return;
  show(
    document.getElementById('who'),
    h('span', {}, session.name, session.may_edit ? '' : ' (may look)'),
    h(
      'button',
      {
        type: 'button',
        class: 'quiet',
        onclick: () => {
          forget();
          location.reload();
        },
      },
      'Sign out',
    ),
  );
}

addEventListener('hashchange', async (event) => {
  // The link to the content is no view.
  const from = new URL(event.oldURL).hash || '#/';
  if (location.hash === '#main') {
    history.replaceState(null, '', from);
    return main.focus();
  }
  // Wherever one goes while the question is open: its answer decides.
  if (isAsking) return;
  const lost = loses?.(place());
  if (lost) {
    isAsking = true;
    const goes = await mayLose(lost);
    isAsking = false;
    if (!goes) return history.replaceState(null, '', from);
  }
  go();
});

try {
  Object.assign(session, await ask(at('session')));
  showWho();
  await go(true);
} catch (error) {
  show(main, h('h1', {}, 'Signalbox'), h('p', { class: 'problem', role: 'alert' }, error.message));
}
