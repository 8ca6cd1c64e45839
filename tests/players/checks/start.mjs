// The stream loads, plays smoothly from its start, and its timeline is whole.
import { show } from '../session.mjs';

const MOST_STARTUP_MS = 10_000;

export async function start(session, url, playSeconds) {
  const loaded = await session
    .call('load', url, session.timeout)
    .catch((error) => ({ error: error.message.split('\n')[0].replace('page.evaluate: ', '') }));
  session.version = loaded.version;
  if (!session.check('load', !loaded.error, loaded.error ?? `${loaded.version}, ready in ${loaded.loadedMs} ms`))
    return false;

  const first = await session.progress(playSeconds);
  const { firstFrameMs, firstPlayMs } = await session.call('startup');
  session.check('play', first.ok, show(first));
  const startup = session.hasVideo ? firstFrameMs : firstPlayMs;
  const inTime = startup !== null && startup <= MOST_STARTUP_MS;
  session.check('startup', inTime, `first frame after ${firstFrameMs} ms, moving after ${firstPlayMs} ms`);
  session.check('smooth', first.stalledMs < 1000, `stalled ${first.stalledMs} ms in the first ${playSeconds} s`);
  session.check('sound', first.audio > 0, `${first.audio} bytes of audio decoded`);
  await timeline(session, first);
  session.tracks = await session.call('tracks');
  return first.ok;
}

async function timeline(session, first) {
  const { manifest } = session;
  const { buffers } = await session.call('mse');
  const clock = await session.call('clock');
  const faults = [...clock.faults];
  const buffered = (type) => buffers.find((buffer) => buffer.type === type)?.buffered;
  const video = buffered('video');
  const audio = buffered('audio');
  const apart = (a, b, most) => a !== undefined && b !== undefined && Math.abs(a - b) > most;

  for (const { type, buffered } of buffers)
    if (buffered.length !== 1 && /video|audio/.test(type))
      faults.push(`${type} buffered in ${buffered.length} pieces ${JSON.stringify(buffered)}`);
  if (apart(video?.[0]?.[0], audio?.[0]?.[0], 0.25))
    faults.push(`video starts at ${video[0][0]}, audio at ${audio[0][0]}`);
  if (first.from < 1 && apart(video?.[0]?.[0], 0, 0.25)) faults.push(`video starts at ${video[0][0]}`);
  if (apart(clock.start.video, clock.start.audio, 0.25))
    faults.push(
      `the first video segment is at ${clock.start.video} s, the first audio segment at ${clock.start.audio} s`,
    );
  const { duration } = first.state;
  if (!manifest.duration || apart(duration, manifest.duration, 0.5))
    faults.push(`duration ${duration}, the manifest says ${manifest.duration}`);
  if (manifest.lengths?.length && apart(Math.min(...manifest.lengths), manifest.duration, 1))
    faults.push(`media playlists last from ${Math.min(...manifest.lengths)} to ${manifest.duration} s`);
  const says = `video ${JSON.stringify(video)} audio ${JSON.stringify(audio)} duration ${duration}`;
  session.check('timeline', !faults.length, faults.join('; ') || says);
}
