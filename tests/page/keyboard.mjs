// Every action of the page by keyboard alone: Tab goes to what is wanted, as it does for a person, and never gets stuck.
//
//   node keyboard.mjs PROGRAM FOLDER [FOLDER FOR SCREENSHOTS]
//
// FOLDER is a copy of the sample assets; they are edited, and others are put beside them. The list of the actions is in
// `actions.mjs`: what the page has must be in it, and what is in it must be done here.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ACTIONS, watch } from './actions.mjs';
import { counts, launch, LONG, open, serve, step as steps } from './browser.mjs';

const [program, folder, shots] = process.argv.slice(2);
/** More than the catalogue and the report show at once. */
const OTHERS = 210;
/** So many times is Tab pressed at most. */
const MOST = 600;

const said = execFileSync(program, ['token', 'keys'], { encoding: 'utf8' });
const secret = /sbx_[0-9a-f]+/.exec(said)[0];
const line = said.split('\n').find((text) => text.includes('sha256'));
const made = await mkdtemp(join(tmpdir(), 'signalbox-keyboard-'));
// A recogniser that takes its time: its job is cancelled.
await writeFile(join(made, 'config.toml'), `[api]\ntokens = [${line}]\n[transcriber]\ncommand = ["sleep", "600"]\n`);
for (let number = 0; number < OTHERS; number++) {
  const asset = join(folder, `talk-${String(number).padStart(3, '0')}`);
  await mkdir(asset);
  await writeFile(join(asset, 'en.vtt'), 'WEBVTT\n\n00:01.000 --> 00:02.000\nWords\n');
}
await mkdir(join(folder, 'broken'));
await writeFile(join(folder, 'broken', 'asset.json'), '{');

const server = await serve(program, folder, '--config', join(made, 'config.toml'));
const browser = await launch();
const ask = (path, { body, ...more } = {}) =>
  fetch(`${server.url}api/v1/assets/harbour${path}`, {
    ...more,
    ...(body ? { body: JSON.stringify(body) } : {}),
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
  });
const track = async (name) => (await ask(`/tracks/${name}`)).json();
const change = (name, body) => ask(`/tracks/${name}`, { method: 'PATCH', body });

let seen;
const page = await open(browser, server.url, {
  prepare: async (context) => {
    seen = await watch(context);
    // There is no printer: what is printed is what is there then.
    await context.addInitScript(() => {
      globalThis.print = () => dispatchEvent(new Event('beforeprint'));
    });
  },
});
const step = (name, what) => steps(`keyboard: ${name}`, what, { page, shots });
const press = async (...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
const type = async (text) => {
  await press('Control+a');
  await page.keyboard.type(text);
};
async function tabTo(locator, { backwards = false } = {}) {
  await locator.first().waitFor({ state: 'attached' });
  for (let count = 0; count < MOST; count++) {
    const is = await locator.evaluateAll((all) => all.includes(document.activeElement));
    if (is) return;
    await press(backwards ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`${locator} is not reached by Tab`);
}
const back = { backwards: true };
/** Goes there, and presses Enter. */
const enter = async (locator, way) => {
  await tabTo(locator, way);
  await press('Enter');
};
const button = (name, within = page) => within.getByRole('button', { name, exact: typeof name === 'string' });
const row = (name) => page.locator(`tr[data-track="${name}"]`);
const dialog = (name) => page.getByRole('dialog', { name });
const notice = (text) => page.locator('.toast', { hasText: text }).first().waitFor();
const quiet = () => page.evaluate(() => document.getElementById('toasts').replaceChildren());
const playing = (from) =>
  page.waitForFunction((before) => document.querySelector('video').currentTime > before + 0.4, from);
const now = () => page.evaluate(() => document.querySelector('video').currentTime);
const publish = async () => {
  await quiet(); // a notice that comes is of what is done now
  await enter(button('Publish'));
};
const tab = async (name) => {
  await tabTo(page.getByRole('tab', { selected: true }), back);
  await press('Home');
  while (!(await page.getByRole('tab', { name, selected: true }).count())) await press('ArrowRight');
};
const relabel = async (label) => {
  await tabTo(row('de').getByLabel('Label of de', { exact: true }), back);
  await type(label);
};

try {
  await step('signs in', async () => {
    await tabTo(page.getByLabel('Token'));
    await page.keyboard.type(secret);
    await enter(button('Go on'));
    await page.getByText('48 assets shown').waitFor();
  });

  await step('looks through the catalogue', async () => {
    await enter(page.getByRole('link', { name: 'To the content' }));
    await tabTo(page.locator('.card a').nth(47));
    await page.locator('.card').nth(95).waitFor();
    // More come by themselves as Tab goes on, so that nobody needs to press it.
    seen.done.add('show more assets');
    await tabTo(page.getByLabel('Language', { exact: true }), back);
    await type('fr');
    await page.getByText('1 asset shown').waitFor();
    await press('Control+a', 'Delete');
    await tabTo(page.getByLabel('Signals'), back);
    await press('ArrowDown');
    await page.locator('.card', { hasText: 'broken' }).waitFor();
    await tabTo(page.getByLabel('Missing'), back);
    await press('ArrowDown', 'Home');
    await tabTo(page.getByLabel('Signals'));
    await press('Home');
  });

  await step('opens what is broken, and goes back', async () => {
    await tabTo(page.getByRole('searchbox', { name: 'Search' }), back);
    await type('broken');
    await page.getByText('1 asset shown').waitFor();
    await enter(page.locator('.card a'));
    await enter(page.getByRole('link', { name: 'Back to the catalogue' }));
    await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
  });

  await step('finds an asset and opens it', async () => {
    await tabTo(page.getByRole('searchbox', { name: 'Search' }));
    await type('harbour at');
    await page.getByText('1 asset shown').waitFor();
    await enter(page.getByRole('link', { name: 'Harbour at night' }));
    await page.getByRole('heading', { level: 1, name: 'Harbour at night' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1');
  });

  await step('plays, and switches pictures, sound and text', async () => {
    await page.waitForFunction(() => document.querySelector('video').readyState >= 3);
    await tabTo(page.locator('video'));
    await press('Space');
    await playing(0);
    await press('Space');
    await tabTo(page.getByLabel('Picture', { exact: true }));
    await press('ArrowDown');
    assert.notEqual(await page.locator('#play-video').inputValue(), 'auto');
    await tabTo(page.getByLabel('Sound', { exact: true }));
    await page.keyboard.type('Deutsch');
    await page.waitForFunction(() => document.querySelector('#play-audio').value === 'de');
    await tabTo(page.getByLabel('Text', { exact: true }));
    await press('ArrowDown');
    await page.waitForFunction(() => document.querySelector('video').textTracks[0]?.cues?.length > 0);
  });

  await step('plays it as this browser plays HLS, and comes back', async () => {
    const native = page.locator('.player > button');
    if (await native.isHidden()) {
      seen.done.add('play as this browser plays HLS');
      return console.log('skipped: HLS of the browser, as this one has none');
    }
    const before = await now();
    await enter(native);
    await page.waitForFunction(() => document.querySelector('video').src.endsWith('/harbour/master.m3u8'));
    // From below, Tab comes to the controls of the video first.
    await tabTo(page.locator('.crumbs a'), back);
    await tabTo(page.locator('video'));
    await press('Space');
    await playing(before);
    await press('Space');
    await enter(native);
    await page.waitForFunction(() => document.querySelector('video').src.startsWith('blob:'));
    await page.waitForFunction(() => document.querySelector('video').readyState >= 3);
    assert.ok((await now()) > before, 'it goes on where it was');
  });

  await step('edits every word of a track, looks at it, and publishes', async () => {
    const de = row('de-subtitles');
    await tabTo(de.getByLabel('Label of de-subtitles'));
    await type('Deutsch für alle');
    await tabTo(de.getByLabel('Language of de-subtitles'));
    await type('de-AT');
    await tabTo(button(/^Purpose of de-subtitles/));
    await press('Enter', 'ArrowDown', 'ArrowDown', 'Home', 'Space', 'Escape');
    await tabTo(de.getByLabel('Default: de-subtitles'));
    await press('Space');
    await tabTo(de.getByLabel('Forced: de-subtitles'));
    await press('Space', 'Space');
    await tabTo(de.getByRole('switch'));
    await press('Space', 'Enter');
    await page.getByText(/4 changes not published/).waitFor();
    await enter(button('See what players will get'));
    await page.locator('ins', { hasText: 'Deutsch für alle' }).waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'panel');
    await press('ArrowDown');
    await enter(button('DASH'));
    await page.locator('ins', { hasText: 'de-AT' }).first().waitFor();
    await tabTo(page.locator('.manifest'));
    await press('ArrowDown');
    await publish();
    await notice('Published');
    const { label, language, roles, default: isDefault } = await track('de-subtitles');
    assert.deepEqual([label, language, roles, isDefault], ['Deutsch für alle', 'de-AT', ['subtitle'], true]);
  });

  await step('takes it back at the notice, and puts the next away', async () => {
    await enter(page.locator('.toast').getByRole('button', { name: 'Undo' }));
    await notice('Undone');
    const { label, language, roles, default: isDefault } = await track('de-subtitles');
    assert.deepEqual([label, language, roles, isDefault], ['Deutsch', 'de', [], false]);
    await enter(button('Put away').first());
    await page.waitForFunction(() => document.activeElement?.id === 'main');
  });

  await step('undoes a change, and discards others', async () => {
    await relabel('Nichts');
    await enter(button(/^Undo/), back);
    await page.locator('.publish').waitFor({ state: 'hidden' });
    await relabel('Nichts');
    await press('Tab');
    await enter(button('Discard'));
    await page.locator('.publish').waitFor({ state: 'hidden' });
    await page.waitForFunction(() => document.activeElement?.id === 'tracks-title');
    assert.equal((await track('de')).label, 'Deutsch');
  });

  let added;
  await step('adds a track with the button', async () => {
    const choose = async () => {
      const choosing = page.waitForEvent('filechooser');
      await enter(button('Add a track…'), back);
      const text = 'WEBVTT\n\n00:01.000 --> 00:02.000\nCześć\n\n00:00:03 -> nowhere\nWho knows\n';
      const file = { name: 'polski.pl.vtt', mimeType: 'text/vtt', buffer: Buffer.from(text) };
      await (await choosing).setFiles(file);
      await dialog('Add a track').waitFor();
    };
    for (const way of ['Close', 'Cancel']) {
      await choose();
      await enter(button(way, dialog('Add a track')));
      await dialog('Add a track').waitFor({ state: 'detached' });
    }
    await choose();
    await tabTo(page.getByLabel('Purpose', { exact: true }));
    await press('ArrowDown');
    await tabTo(page.getByLabel('Language', { exact: true }));
    await page.keyboard.type('pl-PL');
    await tabTo(page.getByLabel('Label in the menu'));
    await page.keyboard.type('Polski');
    await tabTo(page.getByLabel('Show it to viewers at once'));
    await press('Space');
    await enter(button('Add', dialog('Add a track')));
    await notice('is added');
    [added] = (await (await ask('/tracks')).json()).tracks.filter(({ file }) => file === 'polski.pl.vtt');
    assert.deepEqual([added.language, added.label, added.visibility], ['pl-PL', 'Polski', 'visible']);
  });

  await step('sees what of its file cannot be read', async () => {
    await tab('Cues');
    await tabTo(page.getByLabel('Track', { exact: true }));
    await page.keyboard.type(added.name);
    await enter(page.locator('.cues summary'));
    await page.locator('.cues details[open] li').first().waitFor();
  });

  await step('removes the track', async () => {
    await enter(button(`Remove ${added.name}`), back);
    await enter(button('Remove', dialog(/^Remove/)));
    await notice('is removed');
    await page.waitForFunction(() => document.activeElement?.id === 'tracks-title');
    assert.equal((await ask(`/tracks/${added.name}`)).status, 404);
  });

  await step('has a conflict explained, looks again, and gives in', async () => {
    const title = 'Somebody changed this meanwhile';
    await relabel('Deutsch (meins)');
    await change('de', { label: 'Deutsch (ihres)' });
    await publish();
    await dialog(title).getByText('Deutsch (ihres)').waitFor();
    await enter(button('Look again first'));
    await dialog(title).waitFor({ state: 'detached' });
    assert.equal((await track('de')).label, 'Deutsch (ihres)');
    await change('de', { label: 'Deutsch (doch ihres)' });
    await publish();
    await tabTo(dialog(title).getByRole('radio', { name: /Yours/ }));
    await press('ArrowUp');
    assert.ok(await dialog(title).getByRole('radio', { name: /Theirs/ }).isChecked());
    await enter(button('Publish what I chose'));
    await dialog(title).waitFor({ state: 'detached' });
    await page.locator('.publish').waitFor({ state: 'hidden' });
    assert.equal((await track('de')).label, 'Deutsch (doch ihres)');
  });

  await step('is told what to do about a track, and does it with one button', async () => {
    await change('en-description', { default: true });
    await enter(page.locator('.findings-row:visible button', { hasText: 'en-description' }));
    await page.waitForFunction(() => document.activeElement?.id === 'panel');
    await enter(page.locator('.findings li.error button').first());
    await page.waitForFunction(() => document.activeElement?.id === 'panel');
    await publish();
    await notice('Published');
    await page.waitForFunction(() => document.querySelectorAll('.findings li.error').length === 0);
    assert.equal((await track('en-description')).default, false);
  });

  await step('moves along the timeline', async () => {
    await tab('Timeline');
    await page.getByText(/tracks, 0:36/).waitFor();
    await tabTo(page.getByLabel('Closer'));
    await press('ArrowRight');
    const slider = page.getByRole('slider', { name: 'Place in the asset' });
    await tabTo(slider);
    await press('End', 'PageUp', 'PageUp');
    const from = await now();
    assert.ok(from > 10);
    await press('Enter');
    await playing(from);
    await press('Enter');
    assert.match(await slider.getAttribute('aria-valuetext'), /^0:/);
  });

  const save = () => page.locator('[data-save]');
  const words = page.locator('.cue textarea');
  const cues = async () => (await (await ask('/tracks/en-captions/cues')).json()).cues;
  await step('corrects cues, adds one, removes one', async () => {
    await tab('Cues');
    await tabTo(page.getByLabel('Track', { exact: true }));
    await page.keyboard.type('en-captions');
    await words.first().waitFor();
    const before = await cues();
    await enter(button('Add a cue here'));
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Text of the new cue');
    await enter(button('Leave it'));
    await page.waitForFunction(() => document.activeElement?.textContent === 'Add a cue here');
    await press('Enter');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Text of the new cue');
    await page.keyboard.type('So it goes');
    await tabTo(words.first(), back);
    await type('Waves');
    await tabTo(page.getByLabel('Ends').first(), back);
    await press('End', 'Backspace');
    await page.keyboard.type('1');
    await enter(page.locator('.cue .play').first(), back);
    await page.waitForFunction((start) => document.querySelector('video').currentTime * 1000 >= start, before[0].start);
    const last = page.locator('.cue[data-start]').last().getByRole('button', { name: /^(Remove|Keep)/ });
    await enter(last);
    await press('Enter', 'Enter');
    await quiet();
    await enter(save(), back);
    await notice('Saved');
    const after = await cues();
    assert.ok(after.some((cue) => cue.text === 'So it goes') && after[0].text === 'Waves');
    assert.equal(after[0].end % 10, 1);
    assert.ok(!after.some((cue) => cue.text === before.at(-1).text), 'the last is removed');
  });

  await step('leaves corrections behind, once asked', async () => {
    await tabTo(words.first());
    await type('Nothing');
    await tabTo(page.getByRole('tab', { selected: true }), back);
    await press('ArrowRight');
    await enter(button('Leave anyway'));
    await page.getByRole('tab', { name: 'History', selected: true }).waitFor();
    await page.waitForFunction(() => document.activeElement?.id === 'tab-history');
    await tab('Cues');
    await page.waitForFunction(() => document.querySelector('.cue textarea')?.value === 'Waves');
  });

  await step('discards corrections', async () => {
    await tabTo(words.first());
    await type('Nothing');
    await enter(page.locator('[data-leave]'), back);
    await page.waitForFunction(() => document.querySelector('.cue textarea').value === 'Waves');
  });

  await step('has a conflict of cues explained, gives in, and does not', async () => {
    const title = 'Somebody corrected this file meanwhile';
    const meet = async (mine, theirs) => {
      await tabTo(words.nth(1));
      await type(mine);
      const { revision } = await (await ask('/tracks/en-captions/cues')).json();
      const body = { revision, corrections: [{ cue: 1, text: theirs }] };
      assert.equal((await ask('/tracks/en-captions/cues', { method: 'POST', body })).status, 200);
      await enter(save(), back);
      await dialog(title).getByText(`Theirs: ${theirs}`).waitFor();
    };
    const shows = (text) =>
      page.waitForFunction((wanted) => document.querySelectorAll('.cue textarea')[1]?.value === wanted, text);
    await meet('Mine', 'The boat is in');
    await enter(button('Take only theirs'));
    await shows('The boat is in');
    await meet('Mine again', 'The boat is out');
    await tabTo(dialog(title).getByLabel('Take mine'));
    await press('Space');
    await quiet();
    await enter(button('Go on with what I chose'));
    await notice('Saved');
    await shows('Mine again');
    assert.equal((await cues())[1].text, 'Mine again');
  });

  await step('goes back in the history', async () => {
    await tab('History');
    await enter(button('Back to this').last());
    await quiet();
    await enter(button('Go back'));
    await notice('is what it was');
  });

  await step('goes back to the catalogue', async () => {
    await enter(page.locator('.crumbs a'), back);
    await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
  });

  await step('reads the report, prints it and saves it', async () => {
    await enter(page.locator('.top a', { hasText: 'Accessibility' }), back);
    await page.locator('.verdict', { hasText: `of ${OTHERS + 6} ` }).waitFor();
    const rows = page.locator('.report tbody th');
    assert.equal(await rows.count(), 200);
    await enter(page.locator('.more'), back);
    assert.equal(await rows.count(), OTHERS + 6);
    await tabTo(page.getByLabel('Only what lacks something'), back);
    await press('Space', 'Space');
    assert.equal(await rows.count(), 200);
    await enter(button('Print'));
    assert.equal(await rows.count(), OTHERS + 6, 'on paper there are all');
    const coming = page.waitForEvent('download');
    await enter(button('Save as CSV'), back);
    await coming;
    await tabTo(page.getByLabel('Folder begins with'), back);
    await type('harbour');
    await page.waitForFunction(() => document.querySelectorAll('.report tbody th').length === 1);
    await tabTo(page.locator('.table-holder'));
    await press('ArrowDown');
    await enter(page.locator('.report a'));
    await page.getByRole('heading', { level: 1, name: 'Harbour at night' }).waitFor();
  });

  await step('cancels a job, and opens its asset', async () => {
    const body = { transcribe: true, language: 'en', name: 'heard' };
    assert.equal((await ask('/tracks', { method: 'POST', body })).status, 201);
    await enter(page.locator('.top a', { hasText: 'Operations' }), back);
    await page.getByText(/As of/).waitFor();
    await enter(page.locator('.jobs button'));
    await page.locator('.jobs li', { hasText: 'cancelled' }).waitFor();
    await tabTo(page.getByLabel('Hold still'), back);
    await press('Space');
    await enter(page.locator('.jobs a'));
    await page.getByRole('heading', { level: 1, name: 'Harbour at night' }).waitFor();
  });

  await step('goes home, and signs out', async () => {
    await enter(page.locator('.top a', { hasText: 'Catalogue' }), back);
    await page.getByRole('heading', { name: 'Catalogue' }).waitFor();
    await enter(button('Sign out'), back);
    await dialog('A token is needed').waitFor({ timeout: LONG });
  });

  await step('every action of the list was done', () =>
    assert.deepEqual(
      ACTIONS.map(([name]) => name).filter((name) => !seen.done.has(name)),
      [],
    ),
  );
  await step('the page has no action that is not in the list', () => assert.deepEqual([...seen.unlisted], []));
  await step('nothing was done with a pointer', () => assert.deepEqual([...seen.otherwise], []));
  await step('nothing went wrong behind the page', () => assert.deepEqual(page.faults, []));
} finally {
  await browser.close();
  server.stop();
  await rm(made, { recursive: true, force: true });
}
process.exitCode = counts() ? 0 : 1;
