// One asset: the video and its tracks side by side, and below them what is to be known about both.

import { ask, at, Refused } from './api.js';
import { dropZone, fileButton } from './addtrack.js';
import { signal } from './catalogue.js';
import { cuesPanel } from './cues.js';
import { Desk } from './desk.js';
import { mayLose } from './dialog.js';
import { h, say, show } from './dom.js';
import { historyPanel } from './history.js';
import { findingsList, lintPanel } from './lint.js';
import { Player } from './player.js';
import { previewPanel } from './preview.js';
import { address, note, place } from './router.js';
import { session } from './session.js';
import { lamp } from './signs.js';
import { timelinePanel } from './timeline.js';
import { trackTable } from './tracks.js';
import { clock, plural } from './words.js';

const PANELS = [
  ['players', 'What players see', previewPanel],
  ['lint', 'Signals', lintPanel],
  ['timeline', 'Timeline', timelinePanel],
  ['cues', 'Cues', cuesPanel],
  ['history', 'History', historyPanel],
];

export async function assetView({ parts: [name, tab], query, main, isHere }) {
  let asset;
  try {
    asset = await ask(at('assets', name));
  } catch (error) {
    return broken(name, error, main);
  }
  if (!isHere()) return { title: name };
  const desk = new Desk(asset);
  desk.player = new Player(desk);
  const table = trackTable(desk);
  const tabs = tabbed(desk, tab, query);
  const drop = dropZone(desk);

  const undo = h('button', { type: 'button', onclick: () => desk.undo() });
  const head = assetHead(desk);
  const publishing = publishBar(desk, tabs);
  const follow = () => {
    const label = desk.undoLabel;
    undo.disabled = !label;
    undo.textContent = label ? `Undo ${label}` : 'Undo';
    head.follow();
    publishing.follow();
  };
  desk.addEventListener('change', follow);
  desk.addEventListener('checked', follow);
  follow();

  show(
    main,
    head.element,
    h(
      'div',
      { class: 'desk' },
      h('section', { class: 'screen', 'aria-label': 'Player' }, desk.player.element),
      h(
        'section',
        { class: 'tracks', 'aria-labelledby': 'tracks-title' },
        h(
          'div',
          { class: 'tracks-head' },
          h('h2', { id: 'tracks-title', tabindex: -1 }, 'Tracks'),
          session.may_edit
            ? h('div', { class: 'buttons' }, undo, fileButton(desk))
            : h('p', { class: 'hint' }, 'You may look. To edit, use a token of the scope write.'),
        ),
        table.element,
      ),
      tabs.element,
    ),
    publishing.element,
    drop.element,
  );
  desk.player.open().catch(() => {});

  // Who goes there was asked before.
  const moved = ({ detail }) => tabs.select(detail.parts[1], false, { isAgreed: true });
  const keys = (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !event.target.closest('input, textarea')) {
      event.preventDefault();
      desk.undo();
    }
  };
  const dirty = () => [desk.dirty(), tabs.dirty()].filter(Boolean).join(' ');
  const ask_first = (event) => dirty() && event.preventDefault();
  addEventListener('moved', moved);
  addEventListener('keydown', keys);
  addEventListener('beforeunload', ask_first);
  return {
    title: asset.title ?? asset.name,
    loses: (to) => (to.view === 'asset' && to.parts[0] === desk.name ? tabs.loses(to.parts[1]) : dirty()),
    leave: () => {
      removeEventListener('moved', moved);
      removeEventListener('keydown', keys);
      removeEventListener('beforeunload', ask_first);
      desk.close();
      desk.player.close();
      drop.close();
      tabs.close();
    },
  };
}

/** Its parts stay the same elements, so that the focus stays where it is. */
function assetHead(desk) {
  const name = h('span', {});
  const title = h('h1', { tabindex: -1 });
  const said = h('span', {});
  const state = h('span', { class: 'state' });
  const element = h(
    'div',
    { class: 'bar' },
    h(
      'nav',
      { class: 'crumbs', 'aria-label': 'Where you are' },
      h('a', { href: '#/' }, 'Catalogue'),
      h('span', { 'aria-hidden': 'true' }, ' / '),
      name,
    ),
    title,
    h('p', { class: 'about' }, said, ' ', state),
  );
  return {
    element,
    follow() {
      const { asset } = desk;
      name.textContent = asset.name;
      title.textContent = asset.title ?? asset.name;
      said.textContent = [
        asset.duration ? clock(asset.duration) : null,
        plural(asset.tracks.length, 'track'),
        asset.kind === 'live-archive' ? 'recording of a live stream' : null,
      ]
        .filter(Boolean)
        .join(' · ');
      const lint = desk.outlook?.lint;
      if (!lint) return;
      const count = (severity) => lint.filter((finding) => finding.severity === severity).length;
      const [kind, text] = signal({
        findings: { errors: count('error'), warnings: count('warning'), notices: count('notice') },
      });
      show(state, lamp(kind), text);
    },
  };
}

function publishBar(desk, tabs) {
  const { draft } = desk;
  const sign = h('span', { class: 'state' });
  const text = h('span', { role: 'status' });
  const publish = h('button', { type: 'button', class: 'primary', onclick: () => desk.publish() }, 'Publish');
  const element = h(
    'section',
    { class: 'publish', 'aria-label': 'Changes that are not published', hidden: true },
    h('p', {}, sign, text),
    h(
      'div',
      { class: 'buttons' },
      h('button', { type: 'button', onclick: () => tabs.select('players', true) }, 'See what players will get'),
      h(
        'button',
        {
          type: 'button',
          onclick: () => {
            draft.discard();
            say('Changes discarded');
          },
        },
        'Discard',
      ),
      publish,
    ),
  );
  return {
    element,
    follow() {
      const refused = desk.refusal?.status === 422;
      const words = draft.isEmpty
        ? ''
        : refused
          ? `A rule stands in the way: ${desk.refusal.message.split('\n')[0]}`
          : `${plural(draft.count, 'change')} not published yet`;
      if (text.textContent !== words) text.textContent = words;
      show(sign, lamp(refused ? 'error' : 'warning'));
      publish.disabled = refused;
      // What had the focus goes with the bar: it goes on at the tracks.
      if (draft.isEmpty && element.contains(document.activeElement)) document.querySelector('#tracks-title')?.focus();
      element.hidden = draft.isEmpty;
    },
  };
}

/** Panels behind tabs, as the ARIA practices have them: arrow keys go from one to the next. */
function tabbed(desk, wanted, query) {
  const body = h('div', { class: 'panel', role: 'tabpanel', id: 'panel', tabindex: 0 });
  let chosen = null;
  let panel = null;
  const buttons = PANELS.map(([id, label]) =>
    h(
      'button',
      { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': 'panel', onclick: () => select(id, false) },
      label,
    ),
  );
  const list = h(
    'div',
    {
      class: 'tabs',
      role: 'tablist',
      'aria-label': 'About this asset',
      onkeydown: (event) => {
        const now = PANELS.findIndex(([id]) => id === chosen);
        const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: PANELS.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const next = (to + PANELS.length) % PANELS.length;
        select(PANELS[next][0], false).then((is) => is && buttons[next].focus());
      },
    },
    buttons,
  );

  const find = (id) => PANELS.find(([known]) => known === id) ?? PANELS[0];
  const dirty = () => panel?.dirty?.() ?? '';
  /** What of the panel would be lost by going to another. */
  const loses = (id) => (find(id)[0] === chosen ? '' : dirty());

  /** Whether the panel is there then. */
  async function select(id, thenFocus, options = {}) {
    const lost = options.isAgreed ? '' : options.force ? dirty() : loses(id);
    if (lost && !(await mayLose(lost))) return false;
    open(find(id), thenFocus, options);
    return true;
  }

  function open(found, thenFocus, options) {
    if (chosen !== found[0] || options.force) {
      panel?.close?.();
      chosen = found[0];
      buttons.forEach((button, place) => {
        const is = PANELS[place][0] === chosen;
        button.setAttribute('aria-selected', String(is));
        button.tabIndex = is ? 0 : -1;
      });
      body.setAttribute('aria-labelledby', `tab-${chosen}`);
      panel = found[2](desk, options.query ?? new URLSearchParams());
      show(body, panel.element);
      if (place().view === 'asset') note(['asset', desk.name, chosen], Object.fromEntries(options.query ?? []));
    }
    if (thenFocus) {
      body.scrollIntoView({
        block: 'start',
        behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth',
      });
      body.focus({ preventScroll: true });
    }
  }

  desk.open = (id, query) => select(id, true, { query: new URLSearchParams(query), force: true });
  open(find(wanted), false, { query });
  const element = h('section', { class: 'panels' }, list, body);
  return { element, select, dirty, loses, close: () => panel?.close?.() };
}

/** An asset that cannot be served: what is wrong, and what lint says. */
async function broken(name, error, main) {
  const findings = await ask(at('assets', name, 'lint')).then(
    (said) => said.findings,
    () => [],
  );
  show(
    main,
    h(
      'nav',
      { class: 'crumbs', 'aria-label': 'Where you are' },
      h('a', { href: '#/' }, 'Catalogue'),
      h('span', { 'aria-hidden': 'true' }, ' / '),
      h('span', {}, name),
    ),
    h('h1', { tabindex: -1 }, name),
    h(
      'p',
      { class: 'problem', role: 'alert' },
      error instanceof Refused && error.status === 404 ? 'There is no such asset.' : error.message,
    ),
    findings.length ? findingsList(findings) : null,
    h('p', {}, h('a', { href: address([]) }, 'Back to the catalogue')),
  );
  return { title: name };
}
