// What makes the page everybody's: axe over every view, dark and light and on a phone.
//
//   node everybody.mjs URL [FOLDER FOR SCREENSHOTS]
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { counts, go, launch, open, step as steps } from './browser.mjs';

const [url, shots] = process.argv.slice(2);
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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
    const native = page.locator('.player > button');
    if (await native.isVisible()) await native.click();
    assert.deepEqual(await judge(page), []);
  });
  await page.context().close();
}

await browser.close();
process.exitCode = counts() ? 0 : 1;
