// One player with one stream in one browser page: what every check works with.
import { chromium } from 'playwright-core';
import { pair, serves } from './manifest.mjs';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
];
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Asks again until there is an answer or `ms` have passed; gives the last answer. */
export async function until(ms, ask) {
  for (const end = Date.now() + ms; ; await sleep(150)) {
    const answer = await ask();
    if (answer || Date.now() > end) return answer;
  }
}

export class Session {
  requests = []; // every answer that the page got for the stream, in order
  warnings = [];
  errors = [];
  checks = [];

  constructor(player, expect, timeout) {
    Object.assign(this, { player, expect, timeout });
  }

  async open(base) {
    this.browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ARGUMENTS,
    });
    const context = await this.browser.newContext({ viewport: { width: 480, height: 270 } });
    this.page = await context.newPage();
    const own = (url) => url.startsWith(base) || url.startsWith('blob:') || url.startsWith('data:');
    this.page.on('response', (answer) => {
      if (!own(answer.url())) this.requests.push({ url: answer.url(), status: answer.status() });
    });
    this.page.on('requestfailed', (request) => {
      if (own(request.url())) return;
      const why = request.failure()?.errorText ?? 'failed';
      this.requests.push({ url: request.url(), status: why === 'net::ERR_ABORTED' ? 'aborted' : why });
    });
    this.page.on('pageerror', (error) => this.errors.push(`page: ${error.message.slice(0, 300)}`));
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        this.warnings.push(`console ${message.type()}: ${message.text().slice(0, 300)}`);
    });
    await this.page.goto(base);
  }

  /** Calls a function of page/harness.js. */
  call(name, ...args) {
    return this.page.evaluate(([f, a]) => window.harness[f](...a), [name, args]);
  }

  /** Notes a check; `ok` is true, false, or null where it cannot be told. */
  check(name, ok, detail = '') {
    this.checks.push({ name, result: ok === null ? 'skipped' : ok ? 'passed' : 'failed', detail });
    return ok;
  }

  async progress(seconds) {
    const progress = await this.call('progress', seconds, this.timeout + seconds * 1000);
    if (this.hasVideo) progress.ok &&= progress.frames >= seconds;
    return progress;
  }

  async seek(to) {
    await this.call('seek', to);
    await until(8000, async () => !(await this.call('state')).seeking);
  }

  async rewindIfEnded() {
    if ((await this.call('state')).ended) await this.seek(this.tracks.range.start + 0.5);
  }

  /** Switches to a track and waits until the player says so and has fetched one of its files. */
  async turn(kind, item, verb) {
    const of = this.manifest[kind][pair(this.tracks[kind], this.manifest[kind]).get(item.id)];
    await this.call(verb, item.id);
    const active = await until(8000, async () => (await this.call('tracks'))[kind][item.id]?.active);
    if (!of?.urls.length) return { active, fetched: true, says: 'its files not known' };
    const fetched = await until(10_000, () => this.filesOf(of));
    return {
      active,
      fetched: fetched > 0,
      says: `${active ? 'active' : 'NOT active'}, ${fetched} of its files fetched`,
    };
  }

  /** How many files of a track have been had; a short asset may be in the buffer before the track is chosen again. */
  filesOf(track) {
    return new Set(this.requests.filter((r) => serves(track, r.url) && r.status < 300).map((r) => r.url)).size;
  }

  /** What the expectation file says of a track that the player lists. */
  wish(kind, item) {
    const list = this.expect[kind] ?? [];
    return list[pair(this.tracks[kind], list).get(item.id)] ?? {};
  }
}

export const show = (p) =>
  [
    `played ${p.from.toFixed(2)} → ${p.to.toFixed(2)} s`,
    p.jumps && `${p.jumps} jumps`,
    `${p.frames} frames (${p.dropped} dropped)`,
    `${p.audio} audio bytes`,
    p.stalledMs && `stalled ${p.stalledMs} ms`,
    p.state.error,
  ]
    .filter(Boolean)
    .join(', ');

/** Every track in turn, the one in use last, so that each is a real switch. */
export const inTurn = (list) => [...list.filter((x) => !x.active), ...list.filter((x) => x.active)];
export const named = (track) => `${track.language ?? 'und'} "${track.label ?? ''}"`;
