// What makes the page everybody's: axe over every view, dark and light and on a phone; every action by keyboard alone.
//
//   node everybody.mjs URL [FOLDER FOR SCREENSHOTS]
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { counts, go, launch, open, step as steps } from './browser.mjs';

const [url, shots] = process.argv.slice(2);
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const api = (path, more) => fetch(`${url}api/v1/assets/harbour${path}`, more);
const track = async (name) => (await api(`/tracks/${name}`)).json();
const browser = await launch();
let shown = null;
const step = (name, what) => steps(name, what, { page: shown, shots });

const VIEWS = [
  ['catalogue', '#/', (page) => page.locator('.card canvas').first()],
  ['players', '#/asset/harbour/players', (page) => page.locator('pre.manifest').first()],
  ['signals', '#/asset/harbour/lint', (page) => page.locator('.findings li, .all-clear').first()],
  ['timeline', '#/asset/harbour/timeline', (page) => page.getByText(/tracks, 0:/)],
  ['cues', '#/asset/harbour/cues?track=en-captions', (page) => page.locator('.cue').first()],
  ['history', '#/asset/harbour/history', (page) => page.locator('.history, .panel p').first()],
  ['sound', '#/asset/radio', (page) => page.locator('pre.manifest').first()],
  ['report', '#/report', (page) => page.locator('.report tbody tr').first()],
  ['operations', '#/operations', (page) => page.getByText(/As of/)],
  ['nothing', '#/asset/none', (page) => page.getByText('There is no such asset')],
];
const LOOKS = [
  ['light', 1440],
  ['dark', 1440],
  ['light', 390],
];

/** What axe finds that is serious. The policy of the page lets no foreign script in, but for this. */
async function judge(page) {
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations
    .filter(({ impact }) => ['serious', 'critical', 'moderate'].includes(impact))
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map((node) => `${node.target} ${node.any[0]?.message ?? ''}`)
          .join('; ')}`,
    );
}

for (const [scheme, width] of LOOKS) {
  const page = (shown = await open(browser, url, { scheme, width, bypassCSP: true }));
  for (const [name, hash, ready] of VIEWS) {
    await step(`axe: ${name}, ${scheme}, ${width} pixels wide`, async () => {
      await go(page, hash);
      await ready(page).waitFor();
      if (shots) await page.screenshot({ path: `${shots}/${name}-${scheme}-${width}.png`, fullPage: true });
      assert.deepEqual(await judge(page), []);
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(content <= window, `${content} pixels wide in a window of ${window}`);
    });
  }
  await step(`axe: a draft and dialogs, ${scheme}, ${width} pixels wide`, async () => {
    await go(page, '#/asset/harbour/players');
    await page.locator('tr[data-track="en"]').getByRole('switch').click();
    await page.getByText('A rule stands in the way').waitFor();
    assert.deepEqual(await judge(page), []);
    await page.getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('button', { name: 'Purpose of de:' }).click();
    assert.deepEqual(await judge(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove de', exact: true }).click();
    await page.getByRole('dialog').waitFor();
    assert.deepEqual(await judge(page), []);
    await page.keyboard.press('Escape');
  });
  await page.context().close();
}

// From here on there is no mouse: Tab goes to what is wanted, as it does for a person, and never gets stuck.
const page = (shown = await open(browser, url));
const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
async function tabTo(locator, backwards = false) {
  const most = 400;
  for (let count = 0; count < most; count++) {
    if (await locator.evaluate((element) => element === document.activeElement).catch(() => false)) return;
    await press(backwards ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`${locator} is not reached by Tab`);
}
const button = (name, exact = true) => page.getByRole('button', { name, exact });
const row = (name) => page.locator(`tr[data-track="${name}"]`);
const notice = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const quiet = () => page.evaluate(() => document.getElementById('toasts').replaceChildren());

await step('keyboard: finds an asset and opens it', async () => {
  await tabTo(page.getByRole('link', { name: 'To the content' }));
  await press('Enter');
  await tabTo(page.getByRole('searchbox', { name: 'Search' }));
  await page.keyboard.type('harbour at');
  await page.getByText('1 asset shown').waitFor();
  await tabTo(page.getByRole('link', { name: 'Harbour at night' }));
  await press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Harbour at night' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
});

await step('keyboard: plays, and switches sound and text', async () => {
  await page.waitForFunction(() => document.querySelector('video').readyState >= 3);
  await tabTo(page.locator('video'));
  await press('Space');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.4);
  await press('Space');
  await tabTo(page.getByLabel('Sound', { exact: true }));
  await page.keyboard.type('Deutsch');
  await page.waitForFunction(() => document.querySelector('#play-audio').value === 'de');
  await tabTo(page.getByLabel('Text', { exact: true }));
  await press('ArrowDown');
  await page.waitForFunction(() => document.querySelector('video').textTracks[0]?.cues?.length > 0);
});

await step('keyboard: edits every word of a track, and publishes', async () => {
  const de = row('de-subtitles');
  await tabTo(de.getByLabel('Label of de-subtitles'));
  await press('Control+a');
  await page.keyboard.type('Deutsch für alle');
  await tabTo(de.getByLabel('Language of de-subtitles'));
  await press('Control+a');
  await page.keyboard.type('de-AT');
  await tabTo(button('Purpose of de-subtitles', false));
  await press('Enter', 'ArrowDown', 'ArrowDown', 'Home', 'Space', 'Escape');
  await tabTo(de.getByLabel('Default: de-subtitles'));
  await press('Space');
  await tabTo(de.getByRole('switch'));
  await press('Space', 'Space');
  await page.getByText(/4 changes not published/).waitFor();
  await tabTo(button('See what players will get'));
  await press('Enter');
  await page.locator('ins', { hasText: 'Deutsch für alle' }).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'panel');
  await tabTo(button('Publish'));
  await press('Enter');
  await notice('Published');
  const now = await track('de-subtitles');
  assert.deepEqual(
    [now.label, now.language, now.roles, now.default],
    ['Deutsch für alle', 'de-AT', ['subtitle'], true],
  );
});

await step('keyboard: undoes it', async () => {
  await quiet();
  await press('Control+z');
  await notice('Undone');
  const now = await track('de-subtitles');
  assert.deepEqual([now.label, now.language, now.roles, now.default], ['Deutsch', 'de', [], false]);
});

await step('keyboard: adds a track with the button, and removes it', async () => {
  const choosing = page.waitForEvent('filechooser');
  await tabTo(button('Add a track…'), true);
  await press('Enter');
  await (
    await choosing
  ).setFiles({
    name: 'polski.pl.vtt',
    mimeType: 'text/vtt',
    buffer: Buffer.from('WEBVTT\n\n00:01.000 --> 00:02.000\nCześć\n'),
  });
  await page.getByRole('dialog', { name: 'Add a track' }).waitFor();
  await tabTo(button('Add'));
  await press('Enter');
  await notice('is added');
  const [added] = (await (await api('/tracks')).json()).tracks.filter(({ file }) => file === 'polski.pl.vtt');
  await tabTo(button(`Remove ${added.name}`));
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo(page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }));
  await press('Enter');
  await notice('is removed');
  assert.equal((await api(`/tracks/${added.name}`)).status, 404);
});

await step('keyboard: goes from tab to tab', async () => {
  await tabTo(page.getByRole('tab', { selected: true }));
  for (const name of ['Signals', 'Timeline', 'Cues', 'History']) {
    await press('ArrowRight');
    await page.getByRole('tab', { name, selected: true }).waitFor();
  }
});

await step('keyboard: moves along the timeline', async () => {
  await press('ArrowLeft', 'ArrowLeft');
  await page.getByText(/tracks, 0:36/).waitFor();
  const slider = page.getByRole('slider', { name: 'Place in the asset' });
  await tabTo(slider);
  await press('End', 'PageUp', 'PageUp');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 10);
  assert.match(await slider.getAttribute('aria-valuetext'), /^0:/);
});

await step('keyboard: corrects a cue, and adds one', async () => {
  await tabTo(page.getByRole('tab', { selected: true }), true);
  await press('ArrowRight');
  await tabTo(page.getByLabel('Track', { exact: true }));
  await page.keyboard.type('en-captions');
  const text = page.locator('.cue textarea').first();
  await text.waitFor();
  await tabTo(button('Add a cue here'));
  await press('Enter');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Text of the new cue');
  await page.keyboard.type('So it goes');
  await tabTo(text, true);
  await press('Control+a');
  await page.keyboard.type('Waves');
  await quiet();
  await tabTo(button('Save 2 corrections'), true);
  await press('Enter');
  await notice('Saved');
  const { cues } = await (await api('/tracks/en-captions/cues')).json();
  assert.ok(cues.some((cue) => cue.text === 'So it goes') && cues[0].text === 'Waves');
});

await step('keyboard: goes back in the history', async () => {
  await tabTo(page.getByRole('tab', { selected: true }), true);
  await press('ArrowRight');
  const back = button('Back to this').last();
  await back.waitFor();
  await tabTo(back);
  await press('Enter');
  await page.getByRole('dialog').waitFor();
  await quiet();
  await tabTo(button('Go back'));
  await press('Enter');
  await notice('is what it was');
});

await step('keyboard: the report and the figures', async () => {
  await tabTo(page.getByRole('link', { name: 'Accessibility' }), true);
  await press('Enter');
  await page.locator('.report tbody tr').first().waitFor();
  await tabTo(page.getByLabel('Only what lacks something'));
  await press('Space');
  const coming = page.waitForEvent('download');
  await tabTo(button('Save as CSV'));
  await press('Enter');
  await coming;
  await tabTo(page.getByRole('link', { name: 'Operations' }), true);
  await press('Enter');
  await page.getByText(/As of/).waitFor();
  await tabTo(page.getByLabel('Hold still'));
  await press('Space');
});

await step('nothing went wrong behind the page', () => assert.deepEqual(page.faults, []));
await browser.close();
process.exitCode = counts() ? 0 : 1;
