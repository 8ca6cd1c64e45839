// A browser with the page in it, and what a person does there.
import { spawn } from 'node:child_process';
import { chromium } from 'playwright-core';

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

/** Everything that is waited for may take so long, on a machine that is busy. */
export const LONG = Number(process.env.PATIENCE ?? 60_000);

export async function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
}

/**
 * A window with the page. What its console complains of, and requests to elsewhere, are kept in `faults`. `prepare` is
 * given the context before the page is there.
 */
export async function open(browser, url, { scheme = 'light', width = 1440, height = 900, prepare, ...more } = {}) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...more,
  });
  context.setDefaultTimeout(LONG);
  await prepare?.(context);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    // What the server refuses, the browser notes as an error of its own.
    if (message.type() === 'error' && !/status of (401|404|412|422)/.test(message.text())) faults.push(message.text());
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url()))
      faults.push(`asked elsewhere: ${request.url()}`);
  });
  await page.goto(url);
  return Object.assign(page, { faults });
}

/** Goes to a view of the page. */
export async function go(page, hash) {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
}

/** Drops a file on the page, as from the desktop. */
export async function drop(page, name, text) {
  const transfer = await page.evaluateHandle(
    ([file, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], file, { type: 'text/vtt' }));
      return data;
    },
    [name, text],
  );
  for (const event of ['dragenter', 'dragover', 'drop'])
    await page.dispatchEvent('main', event, { dataTransfer: transfer });
}

/** A server of a folder; `stop` ends it. */
export async function serve(program, folder, ...more) {
  const server = spawn(program, ['serve', folder, '--listen', '127.0.0.1:0', ...more], {
    env: { ...process.env, NO_COLOR: '1' },
  });
  let said = '';
  const url = await new Promise((done, fail) => {
    server.stdout.on('data', (bytes) => {
      said += bytes;
      const found = /a page for people at (http:\S+)/.exec(said);
      if (found) done(found[1]);
    });
    server.on('exit', () => fail(new Error(`the server ended: ${said}`)));
  });
  return { url, pid: server.pid, stop: () => server.kill() };
}

let passed = 0;
let failed = 0;

/** One step of a test: it says what is done and what must be. Where it fails, `page` shows why. */
export async function step(name, what, { page, shots } = {}) {
  try {
    await what();
    passed++;
    console.log(`ok    ${name}`);
  } catch (error) {
    failed++;
    if (page && shots) await page.screenshot({ path: `${shots}/failed-${failed}.png`, fullPage: true }).catch(() => {});
    console.log(`FAIL  ${name}: ${error.message.split('\n').slice(0, 6).join(' | ')}`);
  }
}

export function counts() {
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
}
