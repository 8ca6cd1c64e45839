// Playback goes on after a seek to the middle and to near the end, and ends at the end.
import { show } from '../session.mjs';

export async function seek(session) {
  const { start, end } = session.tracks.range;
  for (const [name, at] of [
    ['middle', (start + end) / 2],
    ['near end', Math.max(start, end - 6)],
  ]) {
    await session.seek(at);
    const p = await session.progress(2);
    session.check(`seek ${name}`, p.ok && Math.abs(p.from - at) < 2, `to ${at.toFixed(2)}: ${show(p)}`);
  }
  const last = await session.call('ended', 15_000);
  const { duration } = session.manifest;
  const ok = last.over && Math.abs(last.t - last.duration) < 0.7 && Math.abs(last.t - duration) < 1;
  const how = last.over ? `ended${last.ended ? '' : ' (says the player, not the media element)'}` : 'NOT ended';
  session.check('end', ok, `${how} at ${last.t} of ${last.duration}, the manifest says ${+duration.toFixed(3)}`);
}
