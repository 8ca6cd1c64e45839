// What players will see: the manifests of now and of the draft side by side, and the menus that viewers read.

import { difference, sideBySide } from './diff.js';
import { h, show } from './dom.js';
import { viewerMenu } from './viewermenu.js';
import { plural } from './words.js';

const FORMS = [['hls', 'HLS'], ['dash', 'DASH']];

export function previewPanel(desk) {
  let form = 'hls';
  const buttons = FORMS.map(([id, label]) => h('button', { type: 'button', 'aria-pressed': String(id === form), onclick: () => {
    form = id;
    buttons.forEach((button, place) => button.setAttribute('aria-pressed', String(FORMS[place][0] === id)));
    draw();
  } }, label));
  const about = h('p', { class: 'hint', role: 'status' });
  const menus = h('div', { class: 'viewer-menus' });
  const texts = h('div', { class: 'manifests' });
  const element = h('div', { class: 'preview' }, h('div', { class: 'panel-head' }, h('h2', {}, 'What players see'), h('div', { class: 'segmented', role: 'group', 'aria-label': 'Form of the manifest' }, buttons), about), menus, texts);
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
    about.textContent = desk.refusal ? `The draft cannot be published: ${desk.refusal.message}`
      : hasDraft ? (touched ? `${plural(touched, 'line')} of this manifest ${touched === 1 ? 'changes' : 'change'}` : 'The draft changes nothing in this manifest')
        : 'As it is now. Change something in the table, and what would change is marked here.';
    show(menus, hasDraft ? [viewerMenu(today.hls, 'Menus now'), viewerMenu(outlook.hls, 'Menus of the draft')] : viewerMenu(today.hls, 'Menus as viewers read them'));
    show(texts, !now && !then ? h('p', {}, 'There is nothing to play, so there is no manifest.') : hasDraft ? both(pairs) : one(now));
  }

  desk.addEventListener('checked', draw);
  desk.addEventListener('change', draw);
  draw();
  return { element, close: () => {
    desk.removeEventListener('checked', draw);
    desk.removeEventListener('change', draw);
  } };
}

function one(text) {
  return h('pre', { class: 'manifest', tabindex: 0, 'aria-label': 'Manifest' }, text);
}

function both(pairs) {
  const side = (place, name) => {
    const lines = pairs.map((pair) => {
      const [own, other] = [pair[place], pair[1 - place]];
      if (own === null) return h('span', { class: 'line empty' }, ' ');
      if (own === other) return h('span', { class: 'line' }, own || ' ');
      const sign = h('span', { class: 'sign', 'aria-label': place === 0 ? 'goes: ' : 'comes: ' }, place === 0 ? '−' : '+');
      return h(place === 0 ? 'del' : 'ins', { class: 'line' }, sign, other === null ? own : marked(own, other));
    });
    return h('section', { 'aria-label': name }, h('h3', {}, name), h('pre', { class: 'manifest', tabindex: 0 }, lines));
  };
  return [side(0, 'Now'), side(1, 'With your changes')];
}

function marked(own, other) {
  const [head, tail] = difference(own, other);
  return [own.slice(0, head), h('mark', {}, own.slice(head, own.length - tail)), own.slice(own.length - tail)];
}
