// Who published what, and the way back.

import { ask, at, post } from './api.js';
import { valueText, fieldName } from './conflict.js';
import { confirm } from './dialog.js';
import { h, show } from './dom.js';
import { session } from './session.js';
import { complain, toast } from './toast.js';
import { when } from './words.js';

export function historyPanel(desk) {
  const body = h('div', {}, h('p', { class: 'waiting' }, 'One moment…'));
  let known = '';
  async function draw() {
    if (known === desk.asset.revision) return;
    known = desk.asset.revision;
    try {
      const { edits } = await ask(at('assets', desk.name, 'history'));
      show(
        body,
        edits.length
          ? h(
              'ol',
              { class: 'history' },
              edits.map((edit) => entry(desk, edit)),
            )
          : h('p', {}, 'Nothing was edited yet.'),
      );
    } catch (error) {
      show(body, h('p', { class: 'problem' }, error.message));
    }
  }
  desk.addEventListener('change', draw);
  draw();
  return {
    element: h(
      'div',
      {},
      h('div', { class: 'panel-head' }, h('h2', {}, 'History'), h('p', { class: 'hint' }, 'The newest first')),
      body,
    ),
    close: () => desk.removeEventListener('change', draw),
  };
}

/** What differs between two track lists, in words. */
function linesOf({ before, after }) {
  if (!before) return ['The track list was written down for the first time'];
  if (!after) return ['The track list was removed'];
  const old = new Map(before.tracks.map((track) => [track.name, track]));
  const lines = [];
  for (const track of after.tracks) {
    const was = old.get(track.name);
    old.delete(track.name);
    if (!was) {
      lines.push(`${track.name} was added`);
      continue;
    }
    for (const field of new Set([...Object.keys(was), ...Object.keys(track)])) {
      if (JSON.stringify(was[field]) !== JSON.stringify(track[field])) {
        lines.push(
          `${track.name}: ${fieldName(field)} from “${wordsOf(field, was[field], track.type)}” to “${wordsOf(field, track[field], track.type)}”`,
        );
      }
    }
  }
  lines.push(...[...old.keys()].map((name) => `${name} was removed`));
  if (before.title !== after.title) lines.push(`Title: ${after.title ?? 'none'}`);
  return lines.length ? lines : ['The order or a setting of the asset'];
}

/** What a document does not say is as if it said the usual. */
function wordsOf(field, value, type) {
  if (value === undefined && field === 'visibility') return valueText(field, 'visible');
  if (value === undefined && (field === 'default' || field === 'forced')) return 'no';
  return valueText(field, value, type);
}

function entry(desk, edit) {
  const lines = linesOf(edit);
  const isNow = edit.revision === desk.asset.revision;
  return h(
    'li',
    {},
    h('p', {}, h('b', {}, edit.by), ' ', h('time', { datetime: edit.at }, when(edit.at))),
    h(
      'ul',
      {},
      lines.slice(0, 12).map((line) => h('li', {}, line)),
      lines.length > 12 ? h('li', {}, `and ${lines.length - 12} more`) : null,
    ),
    isNow
      ? h('p', { class: 'hint' }, 'As it is now')
      : edit.revision && session.may_edit
        ? h('button', { type: 'button', onclick: () => back(desk, edit) }, 'Back to this')
        : null,
  );
}

async function back(desk, edit) {
  const unpublished = desk.dirty();
  const given = desk.draft.changes();
  if (
    !(await confirm(
      'Back to this track list?',
      [
        `All tracks become what they were after this edit (${when(edit.at)}). What was published since stays in the history, so you can come back.`,
        unpublished && h('b', {}, ` What you did since would be lost: ${unpublished}`),
      ],
      'Go back',
    ))
  )
    return;
  const before = desk.asset.revision;
  try {
    await post(at('assets', desk.name, 'revert'), { revision: edit.revision }, { ifMatch: before });
    await desk.renew(given);
    desk.remember('going back', async () => {
      await post(at('assets', desk.name, 'revert'), { revision: before }, { ifMatch: desk.asset.revision });
      await desk.renew();
      return true;
    });
    toast('The track list is what it was.', { action: { label: 'Undo', run: () => desk.undo() } });
  } catch (error) {
    complain(error);
  }
}
