// Each rendition in turn: the picture takes its size, from its files.
import { inTurn, show, until } from '../session.mjs';

export async function quality(session) {
  const list = session.tracks.variants;
  for (const item of session.hasVideo && list.length > 1 ? inTurn(list) : []) {
    const of = session.manifest.variants.find((v) => v.width === item.width && v.height === item.height);
    await session.seek(session.tracks.range.start + 1);
    await session.progress(0.5);
    await session.call('setVariant', item.id);
    const switched = await until(30_000, async () => {
      await session.rewindIfEnded();
      const state = await session.call('state');
      return state.width === item.width && state.height === item.height;
    });
    await session.progress(1); // the picture may need a moment after its buffer was dropped
    const p = await session.progress(1.5);
    const files = session.filesOf(of);
    const says = `shows ${p.state.width}x${p.state.height}, ${files} of its files fetched, ${show(p)}`;
    session.check(`quality ${item.width}x${item.height}`, switched && p.ok && files > 0, says);
  }
}
