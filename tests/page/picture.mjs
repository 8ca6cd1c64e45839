// Makes the picture of the README.
//
//   node picture.mjs URL FILE.jpg     a page over copies of the sample assets; nothing is edited
import { go, launch, open } from './browser.mjs';

const [url, file] = process.argv.slice(2);
const browser = await launch();
const page = await open(browser, url, { width: 1440, height: 940 });
await go(page, '#/asset/harbour');
await page.waitForFunction(() => document.querySelector('video')?.readyState >= 3);
await page.getByLabel('Text', { exact: true }).selectOption('en-captions');
await page.evaluate(() => {
  document.querySelector('video').currentTime = 16.5;
});
await page.waitForFunction(
  () =>
    document.querySelector('video').readyState >= 3 &&
    document.querySelector('video').textTracks[0]?.activeCues?.length > 0,
);
await page.locator('tr[data-track="fr-commentary"]').getByRole('switch').click();
await page.locator('ins, del').first().waitFor();
await page.evaluate(() => scrollTo(0, 0));
await page.screenshot({ path: file, ...(file.endsWith('.jpg') ? { type: 'jpeg', quality: 82 } : {}) });
await browser.close();
