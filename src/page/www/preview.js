// What players will see: the manifests of now and of the draft side by side, and the menus that viewers read.

import { difference, sideBySide } from './diff.js';
import { h, show } from './dom.js';
import { viewerMenu } from './viewermenu.js';
import { plural } from './words.js';

const FORMS = [
  ['hls', 'HLS'],
  ['dash', 'DASH'],
];

export function previewPanel(desk) {
  let form = 'hls';
  const buttons = FORMS.map(([id, label]) =>
    h(
      'button',
      {
        type: 'button',
        'aria-pressed': String(id === form),
        onclick: () => {
          form = id;
          buttons.forEach((button, place) => button.setAttribute('aria-pressed', String(FORMS[place][0] === id)));
          draw();
        },
      },
      label,
    ),
  );
  const about = h('p', { class: 'hint', role: 'status' });
  const menus = h('div', { class: 'viewer-menus' });
  const texts = h('div', {});
  const element = h(
    'div',
    { class: 'preview' },
    h(
      'div',
      { class: 'panel-head' },
      h('h2', {}, 'What players see'),
      h('div', { class: 'segmented', role: 'group', 'aria-label': 'Form of the manifest' }, buttons),
      about,
    ),
    menus,
    texts,
  );
  let said = '';

  function draw() {
    const { today, outlook, draft } = desk;
    if (!today) return show(texts, h('p', { class: 'waiting' }, 'One moment…'));
    const hasDraft = !draft.isEmpty && !desk.refusal;
    const [now, then] = [today[form] ?? '', (hasDraft ? outlook : today)[form] ?? ''];
    const key = JSON.stringify([form, now, then, hasDraft, desk.refusal?.message]);
    if (key === said) return;
    said = key;
    const pairs = sideBySide(now, then);
    const touched = pairs.filter(([one, other]) => one !== other).length;
    about.textContent = desk.refusal
      ? `The draft cannot be published: ${desk.refusal.message}`
      : hasDraft
        ? touched
          ? `${plural(touched, 'line')} of this manifest ${touched === 1 ? 'changes' : 'change'}`
          : 'The draft changes nothing in this manifest'
        : 'As it is now. Change something in the table, and what would change is marked here.';
    show(
      menus,
      hasDraft
        ? [viewerMenu(today.hls, 'Menus now'), viewerMenu(outlook.hls, 'Menus of the draft')]
        : viewerMenu(today.hls, 'Menus as viewers read them'),
    );
    show(
      texts,
      !now && !then
        ? h('p', {}, 'There is nothing to play, so there is no manifest.')
        : hasDraft
          ? both(pairs)
          : one(now),
    );
    const first = texts.querySelector('.touched');
    if (first) texts.firstChild.scrollTop = first.offsetTop - 60;
  }

  desk.addEventListener('checked', draw);
  desk.addEventListener('change', draw);
  draw();
  return {
    element,
    close: () => {
      desk.removeEventListener('checked', draw);
      desk.removeEventListener('change', draw);
    },
  };
}

function one(text) {
  return h('pre', { class: 'manifest', tabindex: 0, 'aria-label': 'Manifest' }, text);
}

/** Line beside line, so that what belongs together is read together. */
function both(pairs) {
  const cell = (own, other, isNew) => {
    if (own === null) return h('td', { class: 'empty' }, h('span', { class: 'unseen' }, 'no such line'));
    if (own === other) return h('td', {}, own);
    const sign = h('span', { class: 'sign', 'aria-hidden': 'true' }, isNew ? '+' : '−');
    return h(
      'td',
      { class: isNew ? 'comes' : 'goes' },
      sign,
      h(isNew ? 'ins' : 'del', {}, other === null ? own : marked(own, other)),
    );
  };
  return h(
    'div',
    { class: 'table-holder manifest', tabindex: 0, role: 'region', 'aria-label': 'Manifests side by side' },
    h(
      'table',
      { class: 'side-by-side' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Now'), h('th', { scope: 'col' }, 'With your changes'))),
      h(
        'tbody',
        {},
        pairs.map(([now, then]) =>
          h('tr', { class: now === then ? '' : 'touched' }, cell(now, then, false), cell(then, now, true)),
        ),
      ),
    ),
  );
}

function marked(own, other) {
  const [head, tail] = difference(own, other);
  return [own.slice(0, head), h('mark', {}, own.slice(head, own.length - tail)), own.slice(own.length - tail)];
}
