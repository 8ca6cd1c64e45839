// Uses the page as a person does: finds an asset, plays it, edits its tracks, meets a colleague's edit, corrects a cue.
//
//   node person.mjs URL [FOLDER FOR SCREENSHOTS]
//
// URL is of a page over copies of the sample assets; they are edited.
import assert from 'node:assert/strict';
import { counts, drop, go, launch, open, step as steps } from './browser.mjs';

const [url, shots] = process.argv.slice(2);
const api = (path, more) => fetch(`${url}api/v1/assets/harbour${path}`, more);
const track = async (name) => (await api(`/tracks/${name}`)).json();
const manifest = async () => (await fetch(`${url}harbour/master.m3u8`)).text();
const shot = (page, name) => shots && page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });

const send = (path, method, body) =>
  api(path, { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

const CAPTIONS =
  'WEBVTT\nLanguage: es\n\n00:01.000 --> 00:04.000\nEl puerto de noche.\n\n00:05.000 --> 00:09.000\nUn faro.\n';

const browser = await launch();
let shown = null;
const step = (name, what) => steps(name, what, { page: shown, shots });
const page = (shown = await open(browser, url));
const row = (name) => page.locator(`tr[data-track="${name}"]`);
const quiet = () => page.evaluate(() => document.getElementById('toasts').replaceChildren());
const publish = async () => {
  await quiet(); // a notice that comes is of what is done now
  await page.getByRole('button', { name: 'Publish', exact: true }).click();
};
const notice = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
/** Keeps what is asked of a path until it is let go. */
const hold = async (path, method) => {
  let letGo;
  const held = new Promise((done) => {
    letGo = done;
  });
  const asked = page.waitForRequest((request) => request.url().endsWith(path) && request.method() === method);
  await page.route(`**${path}`, async (route) => {
    if (route.request().method() === method) await held;
    await route.continue();
  });
  return { asked, letGo };
};
const leaving = () => page.getByRole('dialog', { name: 'Leave without keeping this?' });
const stays = async () => {
  await leaving().getByRole('button', { name: 'Cancel' }).click();
  await leaving().waitFor({ state: 'detached' });
};
const bring = async (file) => {
  await drop(page, file, CAPTIONS);
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click();
  await notice('is added, hidden');
  await quiet();
};
const played = (from) =>
  page.waitForFunction((before) => document.querySelector('video').currentTime > before + 0.5, from);

await step('finds an asset by its title', async () => {
  await page.getByRole('searchbox', { name: 'Search' }).fill('harbour at');
  await page.getByText('1 asset shown').waitFor();
  await page.locator('.card canvas').waitFor();
  await shot(page, 'catalogue-search');
  await page.getByRole('link', { name: 'Harbour at night' }).click();
  await page.getByRole('heading', { name: 'Harbour at night', level: 1 }).waitFor();
});

await step('plays it', async () => {
  await page.waitForFunction(() => document.querySelector('video').readyState >= 3);
  await page.evaluate(() => document.querySelector('video').play());
  await played(0.5);
  const size = await page.evaluate(() => document.querySelector('video').videoWidth);
  assert.ok(size > 0, 'there are pictures');
});

await step('switches the sound, also to what is hidden', async () => {
  const asked = page.waitForResponse((answer) => answer.url().includes('/tracks/de/media/') && answer.ok());
  await page.getByLabel('Sound', { exact: true }).selectOption('de');
  await asked;
  const now = await page.evaluate(() => document.querySelector('video').currentTime);
  await page.evaluate(() => document.querySelector('video').play());
  await played(now);
});

await step('shows the text of a hidden track', async () => {
  await page.getByLabel('Text', { exact: true }).selectOption('auto');
  await page.waitForFunction(() => document.querySelector('video').textTracks[0]?.cues?.length === 5);
  assert.equal((await fetch(`${url}harbour/auto.m3u8`)).status, 404, 'for viewers it is not there');
  await page.evaluate(() => document.querySelector('video').pause());
  await shot(page, 'asset');
});

await step('adds a caption file by dropping it', async () => {
  await drop(page, 'spanish.vtt', CAPTIONS);
  const dialog = page.getByRole('dialog', { name: 'Add a track' });
  await dialog.getByLabel('Purpose').selectOption('caption');
  await shot(page, 'add-a-track');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await notice('is added, hidden');
  const es = await track('spanish');
  assert.deepEqual([es.language, es.roles, es.visibility, es.file], ['es', ['caption'], 'hidden', 'spanish.vtt']);
  assert.ok(!(await manifest()).includes('spanish.m3u8'));
});

await step('marks it, shows it, hides another, and sees what players will get', async () => {
  await row('spanish').getByLabel('Label of spanish').fill('Español (CC)');
  await row('spanish').getByRole('switch').click();
  await row('fr-commentary').getByRole('switch').click();
  await page.getByText('3 changes not published yet').waitFor();
  await page.getByRole('button', { name: 'See what players will get' }).click();
  await page.locator('ins', { hasText: 'Español (CC)' }).waitFor();
  await page.locator('del', { hasText: 'fr-commentary' }).waitFor();
  await page.locator('.viewer-menu', { hasText: 'Menus of the draft' }).getByText('Español (CC)').waitFor();
  assert.ok(!(await manifest()).includes('Español'), 'nothing is published yet');
  await shot(page, 'what-players-see');
});

await step('publishes, and the manifests change', async () => {
  await publish();
  await notice('Published');
  const now = await manifest();
  assert.ok(now.includes('NAME="Español (CC)"') && !now.includes('fr-commentary'));
});

await step('undoes it', async () => {
  await quiet();
  await page.getByRole('button', { name: 'Undo what was published' }).click();
  await notice('Undone');
  const now = await manifest();
  assert.ok(!now.includes('Español') && now.includes('fr-commentary'));
});

await step('goes on editing while it is published, and loses nothing', async () => {
  const label = row('de').getByLabel('Label of de', { exact: true });
  const was = await label.inputValue();
  const { asked, letGo } = await hold('/api/v1/assets/harbour/tracks/de', 'PATCH');
  await label.fill('Deutsch (neu)');
  await publish();
  await asked;
  await label.fill(was);
  await row('en-captions').getByLabel('Label of en-captions').fill('CC');
  letGo();
  await notice('Published');
  assert.equal((await track('de')).label, 'Deutsch (neu)');
  await page.getByText('2 changes not published yet').waitFor();
  assert.equal(await label.inputValue(), was);
  await page.unrouteAll();
  await publish();
  await notice('Published');
  assert.deepEqual([(await track('de')).label, (await track('en-captions')).label], [was, 'CC']);
});

await step('types a language, whatever the preview says meanwhile', async () => {
  const language = row('de').getByLabel('Language of de', { exact: true });
  const { asked, letGo } = await hold('/api/v1/assets/harbour/preview', 'POST');
  await row('en-captions').getByLabel('Label of en-captions').fill('Captions, other');
  await asked;
  await language.click();
  await language.press('Control+a');
  await language.pressSequentially('de-A');
  letGo();
  await page.locator('ins', { hasText: 'Captions, other' }).first().waitFor();
  assert.equal(await language.inputValue(), 'de-A');
  await language.pressSequentially('T');
  await language.press('Tab');
  await page.getByText('2 changes not published yet').waitFor();
  assert.equal(await language.inputValue(), 'de-AT');
  await page.unrouteAll();
  await page.getByRole('button', { name: 'Discard' }).click();
});

await step('takes back what was added, and is asked where others worked at it', async () => {
  const undo = (name) => page.getByRole('button', { name: `Undo adding ${name}` }).click();
  const asks = (name) => page.getByRole('dialog', { name: `Remove ${name} all the same?` });
  const button = (name, what) => asks(name).getByRole('button', { name: what, exact: true });
  await bring('dutch.vtt');
  await undo('dutch');
  await notice('Undone');
  assert.deepEqual([(await api('/tracks/dutch')).status, (await api('/files/dutch.vtt')).status], [404, 404]);

  await bring('italian.vtt');
  assert.equal((await send('/tracks/italian', 'PATCH', { label: 'Italiano' })).status, 200);
  await undo('italian');
  await button('italian', 'Cancel').click();
  await asks('italian').waitFor({ state: 'detached' });
  assert.equal((await track('italian')).label, 'Italiano');
  await undo('italian');
  await button('italian', 'Remove').click();
  await notice('Undone');
  assert.deepEqual([(await api('/tracks/italian')).status, (await api('/files/italian.vtt')).status], [404, 404]);

  await bring('polish.vtt');
  const { revision } = await (await api('/tracks/polish/cues')).json();
  const corrections = [{ cue: 0, text: 'Port nocą.' }];
  assert.equal((await send('/tracks/polish/cues', 'POST', { revision, corrections })).status, 200);
  await quiet();
  await undo('polish');
  await asks('polish').getByText('the file stays in the folder').waitFor();
  await button('polish', 'Remove').click();
  await notice('Undone');
  assert.equal((await api('/tracks/polish')).status, 404);
  assert.match(await (await api('/files/polish.vtt')).text(), /Port nocą/);
});

await step('is told which rule stands in the way', async () => {
  await row('en').getByRole('switch').click();
  await page
    .locator('[data-track="en"] [data-field="visibility"] .problem, [data-track="en"] + tr .problem')
    .first()
    .waitFor();
  await page.getByText('A rule stands in the way').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Publish', exact: true }).isDisabled(), true);
  await shot(page, 'a-rule');
  await page.getByRole('button', { name: 'Discard' }).click();
});

await step('has a colleague’s edit of another track come together with one’s own', async () => {
  const colleague = await open(browser, url);
  await go(colleague, '#/asset/harbour');
  const theirs = colleague.locator('tr[data-track="de"]');
  await row('en-captions').getByLabel('Label of en-captions').fill('English CC');
  await row('en-captions').getByLabel('Label of en-captions').press('Tab');
  await theirs.getByLabel('Label of de', { exact: true }).fill('Deutsch (Synchron)');
  await colleague.getByRole('button', { name: 'Publish', exact: true }).click();
  await colleague.locator('.toast', { hasText: 'Published' }).waitFor();
  await publish();
  await notice('Published');
  assert.equal((await track('de')).label, 'Deutsch (Synchron)');
  assert.equal((await track('en-captions')).label, 'English CC');
  await colleague.context().close();
});

await step('has two editors’ conflict explained, and chooses', async () => {
  await row('de').getByLabel('Label of de', { exact: true }).fill('Deutsch (meins)');
  await row('de').getByLabel('Label of de', { exact: true }).press('Tab');
  await api('/tracks/de', {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: '{"label":"Deutsch (ihres)"}',
  });
  await publish();
  const dialog = page.getByRole('dialog', { name: 'Somebody changed this meanwhile' });
  await dialog.getByText('Deutsch (ihres)').waitFor();
  await dialog.getByText('Deutsch (meins)').waitFor();
  await dialog.getByText('It was: Deutsch (Synchron)').waitFor();
  await shot(page, 'conflict');
  await dialog.getByRole('radio', { name: /Theirs/ }).check();
  await dialog.getByRole('button', { name: 'Publish what I chose' }).click();
  await dialog.waitFor({ state: 'detached' });
  assert.equal((await track('de')).label, 'Deutsch (ihres)');
});

await step('mends what lint finds with one button', async () => {
  await api('/tracks/en-description', {
    method: 'PATCH',
    headers: { 'Content-Type': 'application/json' },
    body: '{"default":true}',
  });
  await page.getByRole('tab', { name: 'Signals' }).click();
  const finding = page.locator('.findings li.error').first();
  await finding.waitFor();
  await shot(page, 'signals');
  await finding.getByRole('button').click();
  await publish();
  await notice('Published');
  await page.waitForFunction(() => document.querySelectorAll('.findings li.error').length === 0);
  assert.equal((await track('en-description')).default, false);
});

await step('sees the tracks on a timeline and plays from there', async () => {
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await page.getByText(/12 tracks, 0:36/).waitFor();
  const slider = page.getByRole('slider', { name: 'Place in the asset' });
  await slider.focus();
  await slider.press('Home');
  await slider.press('PageDown');
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.2);
  const box = await slider.boundingBox();
  await slider.click({ position: { x: 132 + (box.width - 144) / 2, y: 40 } });
  await page.waitForFunction(() => Math.abs(document.querySelector('video').currentTime - 18) < 3);
  await page.evaluate(() => document.querySelector('video').pause());
  await shot(page, 'timeline');
});

await step('corrects a cue, and nothing else of the file changes', async () => {
  const before = await (await api('/files/captions-en.vtt')).text();
  await page.getByRole('tab', { name: 'Cues' }).click();
  await page.getByLabel('Track', { exact: true }).selectOption('en-captions');
  const cue = page.locator('.cue').nth(1).locator('textarea');
  await cue.waitFor();
  const was = await cue.inputValue();
  await cue.fill(`${was}!`);
  await shot(page, 'cues');
  await quiet();
  await page.getByRole('button', { name: 'Save 1 correction' }).click();
  await notice('Saved');
  const after = await (await api('/files/captions-en.vtt')).text();
  assert.equal(after, before.replace(was, `${was}!`));
});

await step('is asked before corrections and changes are lost', async () => {
  const words = page.locator('.cue textarea').first();
  await words.fill('Not saved');
  await page.getByRole('tab', { name: 'Timeline' }).click();
  await leaving().getByText('1 correction of en-captions is not saved').waitFor();
  await shot(page, 'leave');
  await stays();
  await page.getByLabel('Track', { exact: true }).selectOption('de-subtitles');
  await stays();
  assert.equal(await page.getByLabel('Track', { exact: true }).inputValue(), 'en-captions');
  const here = await page.evaluate(() => location.hash);
  await go(page, '#/asset/harbour/lint');
  await stays();
  assert.equal(await page.evaluate(() => location.hash), here);
  await row('de').getByLabel('Label of de', { exact: true }).fill('Not published');
  await page.locator('.crumbs a').click();
  await leaving().getByText('1 change is not published').waitFor();
  await stays();
  assert.equal(await page.evaluate(() => location.hash), here);
  assert.equal(await words.inputValue(), 'Not saved');
  const unasked = () => page.evaluate(() => dispatchEvent(new Event('beforeunload', { cancelable: true })));
  await page.getByRole('button', { name: 'Discard' }).first().click();
  assert.equal(await unasked(), false, 'the window is not closed over corrections unasked');
  await page.locator('.crumbs a').click();
  await leaving().getByRole('button', { name: 'Leave anyway' }).click();
  await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
  assert.equal(await unasked(), true);
  await go(page, here);
  await words.waitFor();
  assert.notEqual(await words.inputValue(), 'Not saved');
});

await step('is told when somebody else corrected the same file', async () => {
  const cues = await (await api('/tracks/en-captions/cues')).json();
  const texts = page.locator('.cue textarea');
  const mine = (await texts.nth(2).inputValue()) + ' (mine)';
  await texts.nth(2).fill(mine);
  const corrections = {
    revision: cues.revision,
    corrections: [
      { cue: 0, text: 'Theirs' },
      { cue: 2, text: 'Theirs, too' },
    ],
  };
  await api('/tracks/en-captions/cues', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(corrections),
  });
  await page.getByRole('button', { name: 'Save 1 correction' }).click();
  const dialog = page.getByRole('dialog', { name: 'Somebody corrected this file meanwhile' });
  await dialog.getByText('Theirs, too').waitFor();
  await shot(page, 'cue-conflict');
  await dialog.getByLabel('Take mine').check();
  await dialog.getByRole('button', { name: 'Go on with what I chose' }).click();
  await page.getByRole('button', { name: 'Save', exact: true }).waitFor();
  await page.waitForFunction((text) => document.querySelectorAll('.cue textarea')[2]?.value === text, mine);
  const now = (await (await api('/tracks/en-captions/cues')).json()).cues;
  assert.equal(now[0].text, 'Theirs');
  assert.equal(now[2].text, mine);
});

await step('sees who did what, and goes back', async () => {
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.history > li').nth(2).waitFor();
  await shot(page, 'history');
  await row('de').getByLabel('Label of de', { exact: true }).fill('Not published');
  const asks = page.getByRole('dialog', { name: 'Back to this track list?' });
  for (const answer of ['Cancel', 'Go back']) {
    assert.equal(await row('de').getByLabel('Label of de', { exact: true }).inputValue(), 'Not published');
    await page.getByRole('button', { name: 'Back to this' }).first().click();
    await asks.getByText('1 change is not published').waitFor();
    await asks.getByRole('button', { name: answer }).click();
    await asks.waitFor({ state: 'detached' });
  }
  await notice('is what it was');
  await page.locator('.publish').waitFor({ state: 'hidden' });
});

await step('reads the accessibility report and saves it', async () => {
  await go(page, '#/report');
  await page.getByRole('row', { name: /Harbour at night English/ }).waitFor();
  await shot(page, 'report');
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as CSV' }).click();
  assert.equal((await coming).suggestedFilename(), 'accessibility.csv');
});

await step('sees the figures of the server', async () => {
  await go(page, '#/operations');
  await page.getByText(/As of/).waitFor();
  await shot(page, 'operations');
});

await step('nothing went wrong behind the page, and nobody else was asked', () => assert.deepEqual(page.faults, []));

await browser.close();
process.exitCode = counts() ? 0 : 1;
