// Two people changed the same: what was, what the other made of it, what you want. The person chooses, word by word.

import { ask, at } from './api.js';
import { openDialog } from './dialog.js';
import { h, unique } from './dom.js';
import { languageName, purposeName, when } from './words.js';

const NAMES = {
  label: 'Label',
  language: 'Language',
  roles: 'Purpose',
  characteristics: 'HLS characteristics',
  default: 'Default',
  forced: 'Forced',
  visibility: 'Visibility',
};

/** A value of a field as people say it. */
export function valueText(field, value, type) {
  if (value === null || value === undefined || value === '' || value.length === 0) return 'nothing said';
  if (field === 'language') return `${languageName(value)} (${value})`;
  if (field === 'roles') return value.map((role) => purposeName(type, role)).join(', ');
  if (field === 'visibility') return value === 'hidden' ? 'hidden' : 'shown to viewers';
  if (Array.isArray(value)) return value.join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return String(value);
}

export const fieldName = (field) => NAMES[field] ?? field;

async function lastEditor(name) {
  try {
    const { edits } = await ask(at('assets', name, 'history'));
    return edits[0];
  } catch {
    return null;
  }
}

/** Asks about each conflict and leaves in the draft what was chosen. False where the person wants to look again. */
export async function resolve(name, draft, conflicts) {
  const last = await lastEditor(name);
  const gone = conflicts.filter((conflict) => conflict.gone);
  const open = conflicts.filter((conflict) => !conflict.gone);
  const choices = open.map((conflict) => {
    const group = unique('choice');
    const type = draft.base.tracks.find((track) => track.name === conflict.track)?.type;
    const radio = (whose, value, checked) => {
      const id = unique('radio');
      return h(
        'div',
        { class: `choice ${whose}` },
        h('input', { type: 'radio', name: group, id, value: whose, checked }),
        h(
          'label',
          { for: id },
          h('b', {}, whose === 'theirs' ? 'Theirs' : 'Yours'),
          ' ',
          valueText(conflict.field, value, type),
        ),
      );
    };
    return h(
      'fieldset',
      { class: 'conflict' },
      h('legend', {}, `${fieldName(conflict.field)} of ${conflict.track}`),
      h('p', { class: 'was' }, 'It was: ', valueText(conflict.field, conflict.was, type)),
      radio('theirs', conflict.theirs, false),
      radio('yours', conflict.yours, true),
    );
  });
  const dialog = openDialog({
    title: 'Somebody changed this meanwhile',
    wide: true,
    content: [
      h(
        'p',
        {},
        last
          ? `${last.by === 'local' ? 'Somebody on this machine' : last.by} published on ${when(last.at)}, after you began. `
          : 'Another edit was published after you began. ',
        'Nothing of theirs is lost, and nothing of yours was published yet.',
      ),
      gone.map(({ track }) =>
        h('p', { class: 'problem' }, `The track ${track} was removed. Your change of it has no place any more.`),
      ),
      choices.length ? h('p', {}, 'Which is to be?') : null,
      choices,
    ],
    actions: [
      { label: 'Look again first', run: () => 'look' },
      {
        label: 'Publish what I chose',
        primary: true,
        run: () => {
          open.forEach((conflict, place) => {
            if (choices[place].querySelector('input:checked').value === 'theirs')
              draft.yield(conflict.track, conflict.field);
          });
          return 'publish';
        },
      },
    ],
  });
  return (await dialog.closed) === 'publish';
}
