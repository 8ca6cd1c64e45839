// Publishing: the edit goes to the server with the revision it was made on, so that nobody's work is lost.

import { ask, at, patch, Refused } from './api.js';
import { resolve } from './conflict.js';
import { Draft } from './draft.js';

const ATTEMPTS = 6;

/**
 * Publishes a draft. Where somebody published meanwhile, what does not touch goes together, and what does is asked.
 * Gives `{ before, after, sent, others }`, or `null` where the person chose to leave it. The draft is left to the caller:
 * it may have more by then than the changes `sent`.
 */
export async function publish(name, draft) {
  let others = false;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const [before, sent] = [draft.base, draft.changes()];
    if (draft.isEmpty) return { before, after: before, sent, others };
    try {
      await send(name, draft);
      const after = await ask(at('assets', name));
      return { before, after, sent, others };
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412) throw error;
    }
    others = true;
    const conflicts = draft.rebase(await ask(at('assets', name)));
    if (conflicts.length && !(await resolve(name, draft, conflicts))) return null;
  }
  throw new Error('Others publish faster than this page can follow. Wait a moment, and publish again.');
}

/** An edit of one track depends on that track alone: who edits another is not in the way. */
async function send(name, draft) {
  const [track, ...more] = draft.names();
  if (more.length) return patch(at('assets', name), draft.patch(), draft.base.revision);
  const { revision } = draft.base.tracks.find((known) => known.name === track);
  return patch(at('assets', name, 'tracks', track), draft.patchOf(track), revision);
}

/** Takes back what was published, unless somebody else changed the same since; then they are asked. */
export async function takeBack(name, { before, after }) {
  const back = Draft.between(before, after);
  const conflicts = back.rebase(await ask(at('assets', name)));
  if (conflicts.length && !(await resolve(name, back, conflicts))) return null;
  return publish(name, back);
}
