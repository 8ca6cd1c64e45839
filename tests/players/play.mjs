#!/usr/bin/env node
// Plays one HLS or DASH URL in one real player in headless Chromium, cross-origin, and says what the player saw.
//   node play.mjs --player hls.js|dash.js|shaka|video.js|all --url URL [--expect FILE.json] [--actions LIST]
//                 [--play-seconds S] [--timeout MS] [--json FILE] [--screenshot PNG]
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { audio } from './checks/audio.mjs';
import { finish } from './checks/finish.mjs';
import { quality } from './checks/quality.mjs';
import { seek } from './checks/seek.mjs';
import { start } from './checks/start.mjs';
import { text } from './checks/text.mjs';
import { tracks } from './checks/tracks.mjs';
import { get, readHls } from './manifest.mjs';
import { startPageServer } from './pageserver.mjs';
import { Session } from './session.mjs';

const FORMATS = { 'hls.js': ['hls'], 'dash.js': ['dash'], shaka: ['hls', 'dash'], 'video.js': ['hls', 'dash'] };
// In this order: Shaka shows no cue of an HLS track that is chosen after the end was reached, so the end comes last.
const ACTIONS = { tracks, audio, text, quality, seek };
const USAGE = `usage: node play.mjs --player ${Object.keys(FORMATS).join('|')}|all --url URL [--expect FILE.json]
  [--actions ${Object.keys(ACTIONS)}] [--play-seconds S] [--timeout MS] [--json FILE] [--screenshot PNG]`;

async function play({ player, url, expect, actions, playSeconds, timeout, screenshot }) {
  const session = new Session(player, expect, timeout);
  const began = Date.now();
  let server;
  try {
    const main = await get(url).catch((error) => ({ error: error.cause?.code ?? error.message }));
    if (!session.check('manifest', main.status === 200, main.error ?? `HTTP ${main.status} ${main.type}`))
      return session;
    server = await startPageServer(player);
    await session.open(server.base);
    const hls = main.text.trimStart().startsWith('#EXTM3U');
    session.manifest = hls ? await readHls(main) : await session.call('mpd', main.text, main.url);
    session.hasVideo = session.manifest.variants.some((variant) => variant.width);
    const plays = await start(session, url, playSeconds);
    if (screenshot) await session.page.screenshot({ path: screenshot });
    if (session.tracks) {
      if (actions.includes('tracks')) tracks(session);
      for (const name of ['audio', 'text', 'quality', 'seek'])
        if (plays && actions.includes(name)) await ACTIONS[name](session);
    }
    await finish(session);
  } catch (error) {
    session.check('harness', false, error.stack);
  } finally {
    await session.browser?.close().catch(() => {});
    server?.close();
    session.seconds = ((Date.now() - began) / 1000).toFixed(1);
  }
  return session;
}

function options() {
  const string = { type: 'string' };
  const known = {
    player: string,
    url: string,
    expect: string,
    actions: string,
    'play-seconds': string,
    timeout: string,
    json: string,
    screenshot: string,
  };
  const { values } = parseArgs({ options: known });
  if (!values.url || !(values.player === 'all' || FORMATS[values.player]))
    throw new Error('--player and --url are needed');
  return {
    ...values,
    expect: values.expect ? JSON.parse(fs.readFileSync(values.expect, 'utf8')) : {},
    actions: values.actions?.split(',') ?? Object.keys(ACTIONS),
    playSeconds: Number(values['play-seconds'] ?? 6),
    timeout: Number(values.timeout ?? 20_000),
  };
}

let chosen;
try {
  chosen = options();
} catch (error) {
  console.error(`${error.message}\n${USAGE}`);
  process.exit(2);
}
const format = /\.mpd(\?|$)/.test(chosen.url) ? 'dash' : 'hls';
const players =
  chosen.player === 'all' ? Object.keys(FORMATS).filter((p) => FORMATS[p].includes(format)) : [chosen.player];
const sessions = [];
for (const player of players) {
  const session = await play({ ...chosen, player });
  sessions.push(session);
  const browser = session.browser?.version() ?? '?';
  console.log(`${player} ${session.version ?? ''} in Chromium ${browser}: ${chosen.url} (${session.seconds} s)`);
  const word = { passed: 'ok  ', failed: 'FAIL', skipped: 'skip' };
  for (const { name, result, detail } of session.checks)
    console.log(`${word[result]} ${name}${detail ? `: ${detail}` : ''}`);
}
if (chosen.json) {
  const out = sessions.map(({ player, version, seconds, checks, warnings, tracks }) => ({
    player,
    version,
    seconds,
    checks,
    warnings,
    tracks,
  }));
  fs.writeFileSync(chosen.json, JSON.stringify(out, null, 1));
}
const all = sessions.flatMap((session) => session.checks);
const count = (result) => all.filter((check) => check.result === result).length;
console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`);
process.exitCode = count('failed') ? 1 : 0;
