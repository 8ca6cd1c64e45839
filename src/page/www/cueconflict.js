// Somebody corrected the file meanwhile: what is of other cues comes together, what is of the same is asked.

import { openDialog } from './dialog.js';
import { h } from './dom.js';
import { exact, plural } from './words.js';

/**
 * Carries corrections of the cues `before` over to the cues of `now`. Gives `{ edits, added }`, as the person chose, or
 * `null` where they want to look again.
 */
export async function bringTogether({ before, now, edits, added }) {
  const key = (cue) => `${cue.start} ${cue.end} ${cue.text}`;
  const places = new Map(now.map((cue, number) => [key(cue), number]));
  const moved = new Map();
  const contested = [];
  for (const [number, edit] of edits) {
    const place = places.get(key(before[number]));
    if (place !== undefined) moved.set(place, edit);
    else contested.push({ was: before[number], edit, theirs: nearest(now, before[number]) });
  }
  const alone = plural(moved.size + added.length, 'of your corrections is', 'of your corrections are');
  const dialog = openDialog({
    title: 'Somebody corrected this file meanwhile',
    wide: true,
    content: [
      h(
        'p',
        {},
        `Nothing of theirs is lost, and nothing of yours is saved yet. ${alone} of cues that they left alone.`,
      ),
      contested.map((one) => explained(one, moved)),
    ],
    actions: [
      { label: 'Take only theirs', run: () => 'theirs' },
      { label: 'Go on with what I chose', primary: true, run: () => 'mine' },
    ],
  });
  const answer = await dialog.closed;
  if (!answer) return null;
  return answer === 'mine' ? { edits: moved, added } : { edits: new Map(), added: [] };
}

/** A cue that both changed: what it was, theirs, yours. */
function explained({ was, edit, theirs }, moved) {
  const choose = (event) => (event.target.checked ? moved.set(theirs.number, edit) : moved.delete(theirs.number));
  const times = () => `${exact(edit.start ?? was.start)} – ${exact(edit.end ?? was.end)}`;
  return h(
    'div',
    { class: 'conflict' },
    h('p', { class: 'was' }, `${exact(was.start)} It was: ${was.text}`),
    h('p', {}, h('b', {}, 'Theirs: '), theirs ? theirs.cue.text : 'removed'),
    h('p', {}, h('b', {}, 'Yours: '), edit.remove ? 'removed' : (edit.text ?? times())),
    theirs ? h('label', { class: 'tick' }, h('input', { type: 'checkbox', onchange: choose }), 'Take mine') : null,
  );
}

/** The cue that stands where another stood. */
function nearest(cues, was) {
  const number = cues.findIndex((cue) => cue.start === was.start || (cue.start < was.end && was.start < cue.end));
  return number < 0 ? null : { number, cue: cues[number] };
}
