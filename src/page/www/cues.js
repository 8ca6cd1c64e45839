// The cues of a text track, to read along, correct and save. Of the file only what was corrected changes.

import { ask, at, post, Refused } from './api.js';
import { bringTogether } from './cueconflict.js';
import { mayLose } from './dialog.js';
import { h, say, show } from './dom.js';
import { note } from './router.js';
import { session } from './session.js';
import { complain, toast } from './toast.js';
import { exact as time, languageName, milliseconds, plural } from './words.js';

export function cuesPanel(desk, query) {
  const body = h('div', {});
  const about = h('p', { class: 'hint', role: 'status' });
  const select = h('select', { id: 'cues-track', onchange: () => choose(select.value) });
  const buttons = h('div', { class: 'buttons' });
  const element = h(
    'div',
    { class: 'cues' },
    h(
      'div',
      { class: 'panel-head' },
      h('h2', {}, 'Cues'),
      h('div', { class: 'field row' }, h('label', { for: 'cues-track' }, 'Track'), select),
      about,
      buttons,
    ),
    body,
  );
  let list = null; // as the server has it
  let edits = new Map(); // number → { start, end, text } or { remove: true }
  let added = [];
  let rows = [];
  let known = '';

  const tracks = () =>
    desk.asset.tracks.filter(
      (track) =>
        track.type === 'text' && track.media && !track.problem && (track.visibility === 'visible' || session.may_edit),
    );

  function fillSelect() {
    const now = tracks();
    const names = JSON.stringify(now.map((track) => [track.name, track.visibility]));
    if (names === known) return;
    known = names;
    const chosen = select.value || query.get('track') || desk.player.text || now[0]?.name;
    show(
      select,
      now.map((track) =>
        h(
          'option',
          { value: track.name },
          `${track.name} · ${languageName(track.language ?? track.shown?.language)}${track.visibility === 'hidden' ? ' (hidden)' : ''}`,
        ),
      ),
    );
    select.value = chosen;
    if (select.selectedIndex < 0) select.selectedIndex = 0;
    if (!now.length)
      show(body, h('p', {}, 'There is no text track that can be read. Drop a caption file on the page to add one.'));
    else if (list?.track !== select.value) choose(select.value);
  }

  async function choose(name) {
    if (!(await mayLose(dirty()))) {
      select.value = list.track;
      return;
    }
    note(['asset', desk.name, 'cues'], { track: name });
    await load(name);
    desk.player.showCues(name);
  }

  /** What would be lost with the panel, in words. */
  const dirty = () => {
    const count = edits.size + added.length;
    return count ? `${plural(count, 'correction')} of ${list.track} ${count === 1 ? 'is' : 'are'} not saved.` : '';
  };

  async function load(name) {
    edits = new Map();
    added = [];
    tell();
    show(body, h('p', { class: 'waiting' }, 'One moment…'));
    try {
      list = await ask(at('assets', desk.name, 'tracks', name, 'cues'));
      draw();
    } catch (error) {
      show(body, h('p', { class: 'problem' }, error.message));
    }
  }

  const canEdit = () => list.correctable && session.may_edit;

  function draw() {
    rows = list.cues.map((cue, number) => cueRow(cue, number));
    show(
      body,
      list.reason ? h('p', { class: 'hint' }, `These cues can be read here and not corrected: ${list.reason}.`) : null,
      list.warnings.length
        ? h(
            'details',
            {},
            h(
              'summary',
              {},
              `${plural(list.warnings.length, 'part')} of the file cannot be read and ${list.warnings.length === 1 ? 'is' : 'are'} left out`,
            ),
            h(
              'ul',
              {},
              list.warnings.map((warning) => h('li', {}, warning)),
            ),
          )
        : null,
      h('ol', { class: 'cue-list', 'aria-label': `Cues of ${list.track}` }, rows, h('li', { class: 'added' })),
    );
    tell();
    mark();
  }

  function cueRow(cue, number) {
    const problem = h('p', { class: 'problem', hidden: true });
    const play = h(
      'button',
      { type: 'button', class: 'quiet play', onclick: () => playCue(cue), 'aria-label': `Play at ${time(cue.start)}` },
      h('span', { 'aria-hidden': 'true' }, '▸'),
    );
    const words = canEdit()
      ? field('textarea', cue.text, `Text of the cue at ${time(cue.start)}`, {
          rows: cue.text.split('\n').length,
          spellcheck: 'true',
          lang: languageOf(),
        })
      : h('p', { class: 'text' }, cue.text);
    const [from, to] = canEdit()
      ? [field('input', time(cue.start), 'Starts'), field('input', time(cue.end), 'Ends')]
      : [h('span', {}, time(cue.start)), h('span', {}, time(cue.end))];
    const read = () => change(number, cue, { from, to, words, problem, row });
    const row = h(
      'li',
      { class: 'cue', 'data-start': cue.start, 'data-end': cue.end, oninput: read },
      play,
      h('div', { class: 'times' }, from, h('span', { 'aria-hidden': 'true' }, '–'), to),
      h('div', { class: 'words' }, words, problem),
      canEdit()
        ? h(
            'button',
            { type: 'button', class: 'quiet small', onclick: (event) => toggleRemove(number, row, event.target) },
            'Remove',
            h('span', { class: 'unseen' }, ` the cue at ${time(cue.start)}`),
          )
        : null,
    );
    return row;
  }

  const languageOf = () => desk.asset.tracks.find((track) => track.name === list.track)?.shown?.language ?? null;
  const field = (tag, value, label, more = {}) =>
    h(tag, { value, 'aria-label': label, spellcheck: 'false', ...(tag === 'input' ? { size: 11 } : {}), ...more });

  /** Notes what is new of a cue, or says why it cannot be. */
  function change(number, cue, { from, to, words, problem, row }) {
    const [start, end] = [milliseconds(from.value), milliseconds(to.value)];
    const text = words.value.replaceAll('\r\n', '\n').replace(/\n+$/, '');
    words.rows = Math.max(1, text.split('\n').length);
    const wrong =
      start === null || end === null
        ? 'A time is written like 0:01:02.500.'
        : end <= start
          ? 'It must end after it starts.'
          : !text.trim()
            ? 'A cue without words: remove it instead.'
            : text.includes('-->')
              ? 'An arrow --> cannot be in a text: that is how times are written.'
              : /\n\s*\n/.test(text)
                ? 'An empty line would end the cue.'
                : '';
    problem.textContent = wrong;
    problem.hidden = !wrong;
    words.toggleAttribute('aria-invalid', Boolean(wrong));
    const edit = {};
    if (start !== cue.start) edit.start = start;
    if (end !== cue.end) edit.end = end;
    if (text !== cue.text) edit.text = text;
    if (wrong) edits.set(number, { wrong });
    else if (Object.keys(edit).length) edits.set(number, edit);
    else edits.delete(number);
    row.classList.toggle('changed', edits.has(number));
    tell();
  }

  function toggleRemove(number, row, button) {
    const removed = !edits.get(number)?.remove;
    if (removed) edits.set(number, { remove: true });
    else edits.delete(number);
    row.classList.toggle('removed', removed);
    row.querySelectorAll('input, textarea').forEach((input) => {
      input.disabled = removed;
    });
    button.closest('button').firstChild.textContent = removed ? 'Keep' : 'Remove';
    tell();
  }

  function addCue() {
    const now = Math.round(desk.player.video.currentTime * 1000);
    const cue = { start: now, end: now + 2000, text: '', wrong: 'no words yet' };
    added.push(cue);
    const problem = h('p', { class: 'problem', hidden: true });
    const [from, to, words] = [
      field('input', time(cue.start), 'Starts'),
      field('input', time(cue.end), 'Ends'),
      field('textarea', '', 'Text of the new cue', { rows: 1 }),
    ];
    const read = () => {
      const [start, end] = [milliseconds(from.value), milliseconds(to.value)];
      Object.assign(cue, { start, end, text: words.value.replace(/\n+$/, '') });
      const wrong =
        start === null || end === null
          ? 'A time is written like 0:01:02.500.'
          : end <= start
            ? 'It must end after it starts.'
            : !cue.text.trim()
              ? 'A cue without words: leave it instead.'
              : '';
      cue.wrong = wrong;
      problem.textContent = wrong;
      problem.hidden = !wrong;
      tell();
    };
    const item = h(
      'li',
      { class: 'cue changed', oninput: read },
      h('span', { class: 'new' }, 'New'),
      h('div', { class: 'times' }, from, h('span', { 'aria-hidden': 'true' }, '–'), to),
      h('div', { class: 'words' }, words, problem),
      h(
        'button',
        {
          type: 'button',
          class: 'quiet small',
          onclick: () => {
            added = added.filter((one) => one !== cue);
            item.remove();
            tell();
            buttons.querySelector('button').focus();
          },
        },
        'Leave it',
      ),
    );
    body.querySelector('.added').before(item);
    words.focus();
    tell();
  }

  function tell() {
    about.textContent = list ? `${plural(list.cues.length, 'cue')} in ${list.file}` : '';
    if (!list || !canEdit()) return show(buttons);
    const count = edits.size + added.length;
    const wrong = [...edits.values(), ...added].some((one) => one.wrong);
    if (!buttons.children.length) {
      show(
        buttons,
        h('button', { type: 'button', onclick: addCue }, 'Add a cue here'),
        h(
          'button',
          {
            type: 'button',
            'data-leave': '',
            onclick: () => {
              edits = new Map();
              added = [];
              draw();
              say('Corrections discarded');
            },
          },
          'Discard',
        ),
        h('button', { type: 'button', class: 'primary', 'data-save': '', onclick: () => save() }, 'Save'),
      );
    }
    const [leave, keep] = [buttons.querySelector('[data-leave]'), buttons.querySelector('[data-save]')];
    leave.disabled = count === 0;
    keep.disabled = count === 0 || wrong;
    keep.textContent = count ? `Save ${plural(count, 'correction')}` : 'Save';
  }

  const corrections = () => [
    ...[...edits].map(([cue, edit]) => ({ cue, ...edit })),
    ...added.map(({ start, end, text }) => ({ start, end, text })),
  ];

  async function save() {
    const name = list.track;
    // What is written while this goes to the server would not be in it.
    body.inert = true;
    try {
      list = await post(at('assets', desk.name, 'tracks', name, 'cues'), {
        revision: list.revision,
        corrections: corrections(),
      });
      edits = new Map();
      added = [];
      draw();
      toast('Saved. Players that start now see the corrections.');
      await desk.renew();
      desk.player.showCues(name);
    } catch (error) {
      if (error instanceof Refused && error.status === 412) return explainMeanwhile(name);
      complain(error);
    } finally {
      body.inert = false;
    }
  }

  async function explainMeanwhile(name) {
    const now = await ask(at('assets', desk.name, 'tracks', name, 'cues'));
    const together = await bringTogether({ before: list.cues, now: now.cues, edits, added });
    if (!together) return;
    list = now;
    ({ edits, added } = together);
    if (dirty()) return save();
    draw();
  }

  function playCue(cue) {
    if (desk.player.text !== list.track) desk.player.showCues(list.track);
    desk.player.playAt(cue.start / 1000);
  }

  /** Marks what is spoken now. */
  function mark() {
    const now = desk.player.video.currentTime * 1000;
    for (const row of rows) {
      const is = now >= +row.dataset.start && now < +row.dataset.end;
      if (is !== row.classList.contains('now')) {
        row.classList.toggle('now', is);
        if (is) row.setAttribute('aria-current', 'true');
        else row.removeAttribute('aria-current');
      }
    }
  }

  desk.addEventListener('change', fillSelect);
  desk.player.video.addEventListener('timeupdate', mark);
  fillSelect();
  return {
    element,
    dirty,
    close: () => {
      desk.removeEventListener('change', fillSelect);
      desk.player.video.removeEventListener('timeupdate', mark);
    },
  };
}
