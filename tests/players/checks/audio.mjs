// Each audio track in turn: the player makes it the active one, fetches its files and plays on with sound.
import { inTurn, named, show } from '../session.mjs';

export async function audio(session) {
  const list = session.tracks.audio;
  for (const item of list.length > 1 ? inTurn(list) : []) {
    const turn = await session.turn('audio', item, 'setAudio');
    await session.rewindIfEnded();
    const p = await session.progress(1.5);
    session.check(
      `audio ${named(item)}`,
      turn.active && turn.fetched && p.ok && p.audio > 0,
      `${turn.says}, ${show(p)}`,
    );
  }
}
