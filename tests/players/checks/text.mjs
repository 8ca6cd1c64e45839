// Each text track in turn: its cues appear, with the words and at the times that the expectation file gives.
import { inTurn, named, until } from '../session.mjs';

const CUE_TIMEOUT_MS = 16_000;
const SLACK = 0.3; // seconds that a cue may be early or late
const squeeze = (text) => text.replace(/\s+/g, ' ').trim();

/** The expected cue, as [start, end, words], that this one is or (players may show a cue in parts) is a part of. */
function expected(cues, cue, now) {
  const from = cue.start ?? now;
  const to = cue.end ?? now;
  return cues.find(([start, end, words]) => {
    return words === squeeze(cue.text) && from > start - SLACK && to < end + SLACK;
  });
}

export async function text(session) {
  for (const item of inTurn(session.tracks.text)) await one(session, item);
  if (session.tracks.text.length) await session.call('setText', -1);
}

async function one(session, item) {
  const name = named(item);
  const { cues: wanted, at } = session.wish('text', item);
  const turn = await session.turn('text', item, 'setText');
  await session.rewindIfEnded();
  await session.progress(0.5); // a seek in the midst of a switch makes Shaka lose the track's cues
  if (at !== undefined) await session.seek(at);

  let cues = [];
  let now = 0;
  const fits = (cue) => !wanted || !!expected(wanted, cue, now);
  await until(CUE_TIMEOUT_MS, async () => {
    cues = await session.call('cues');
    now = (await session.call('state')).t;
    return cues.length && cues.every(fits);
  });
  const show = (list) => list.map((c) => `"${squeeze(c.text)}" ${c.start?.toFixed(2)}–${c.end?.toFixed(2)}`).join(', ');
  const ok = turn.active && cues.length > 0 && cues.every(fits);
  session.check(`text ${name}`, ok, `${turn.says}, at ${now.toFixed(1)} s: ${show(cues) || 'no cue'}`);

  const loaded = (await session.call('allCues')).filter((cue) => cue.start !== null);
  if (!wanted || !loaded.length) return;
  const strange = loaded.filter((cue) => !expected(wanted, cue, now));
  const says = strange.length
    ? `not in the source: ${show(strange.slice(0, 3))}`
    : `${loaded.length} loaded, each as in the source`;
  session.check(`cues ${name}`, !strange.length, says);
}
