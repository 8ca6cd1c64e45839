// Who may see and do what: with tokens, with a listener of its own, and switched off.
//
//   node tokens.mjs PROGRAM FOLDER [FOLDER FOR SCREENSHOTS]
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counts, drop, go, launch, open, serve, step } from './browser.mjs';

const [program, folder, shots] = process.argv.slice(2);
const made = await mkdtemp(join(tmpdir(), 'signalbox-tokens-'));
const token = (name, ...more) => {
  const said = execFileSync(program, ['token', name, ...more], { encoding: 'utf8' });
  return { secret: /sbx_[0-9a-f]+/.exec(said)[0], line: said.split('\n').find((line) => line.includes('sha256')) };
};
const [reader, writer] = [token('reader', '--scope', 'read'), token('writer')];
const config = async (name, text) => {
  await writeFile(join(made, name), text);
  return join(made, name);
};
const tokens = `[api]\ntokens = [\n${reader.line}\n${writer.line}\n]\n`;

const browser = await launch();
const servers = [];
const started = async (...more) => {
  const server = await serve(program, folder, ...more);
  servers.push(server);
  return server;
};
try {
  const { url } = await started('--config', await config('tokens.toml', tokens));
  const page = await open(browser, url);
  const dialog = page.getByRole('dialog');
  const give = async (secret) => {
    await dialog.getByLabel('Token').fill(secret);
    await dialog.getByRole('button', { name: 'Go on' }).click();
  };

  await step('a token is asked for, and a wrong one is told', async () => {
    await dialog.getByText('A token is needed').waitFor();
    if (shots) await page.screenshot({ path: `${shots}/token.png` });
    await give('sbx_0123');
    await dialog.getByText('not one of this server’s').waitFor();
    await give(reader.secret);
    await page.getByText('5 assets shown').waitFor();
    await page.getByText('reader (may look)').waitFor();
    assert.ok(!page.url().includes('sbx_'));
  });

  await step('who may only look sees nothing to edit, and nothing of what is hidden plays', async () => {
    await go(page, '#/asset/harbour');
    await page.locator('tr[data-track="auto"]').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Add a track…' }).count(), 0);
    assert.equal(await page.locator('tr[data-track="auto"]').getByRole('switch').isDisabled(), true);
    await page.waitForFunction(() => document.querySelector('video').readyState >= 3);
    assert.ok(!(await page.getByLabel('Text', { exact: true }).innerText()).includes('automatic'));
  });

  await step('signing out forgets the token, and an editor may edit', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await give(writer.secret);
    await page.locator('tr[data-track="auto"]').getByRole('switch').click();
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.locator('.toast', { hasText: 'Published' }).waitFor();
    assert.ok((await (await fetch(`${url}harbour/master.m3u8`)).text()).includes('auto.m3u8'));
    const texts = page.getByLabel('Text', { exact: true });
    await texts.selectOption('auto');
    await page.waitForFunction(() => document.querySelector('video').textTracks[0]?.cues?.length === 5);
  });

  await step('a token that ended before a file is brought is asked for anew, and nothing is lost', async () => {
    await drop(page, 'suomi.fi.vtt', 'WEBVTT\n\n00:01.000 --> 00:02.000\nMoi\n');
    await page.getByRole('dialog', { name: 'Add a track' }).waitFor();
    // At one stroke, as the page itself looks for news meanwhile.
    await page.evaluate(() => {
      sessionStorage.setItem('signalbox.token', 'sbx_0123');
      document.querySelector('dialog button.primary').click();
    });
    await page.getByRole('dialog', { name: 'not one of this server' }).waitFor();
    await give(writer.secret);
    await page.locator('.toast', { hasText: 'is added' }).waitFor();
    await page.locator('tr', { hasText: 'suomi.fi.vtt' }).waitFor();
  });

  await step('another tab does not have the token', async () => {
    const other = await page.context().newPage();
    await other.goto(url);
    await other.getByText('A token is needed').waitFor();
    await other.close();
  });

  await step('nothing went wrong behind the page', () => assert.deepEqual(page.faults, []));

  await step('with a listener of its own the page is there and nowhere else', async () => {
    const own = await started('--config', await config('own.toml', '[api]\nlisten = "127.0.0.1:0"\n'));
    const there = await open(browser, own.url);
    await there.getByText('5 assets shown').waitFor();
    await go(there, '#/asset/harbour');
    await there.waitForFunction(() => document.querySelector('video')?.readyState >= 3);
    assert.deepEqual(there.faults, []);
    assert.equal((await fetch(`${own.url}harbour/master.m3u8`)).status, 404, 'players are answered elsewhere');
    await there.context().close();
  });

  await step('switched off there is no page, and the API stays', async () => {
    const off = spawn(program, ['serve', folder, '--listen', '127.0.0.1:0', '--no-page'], {
      env: { ...process.env, NO_COLOR: '1' },
    });
    servers.push({ stop: () => off.kill() });
    const url = await new Promise((done) =>
      off.stdout.on(
        'data',
        (said) => /listening on (http:\S+)/.exec(said) && done(/listening on (http:\S+)/.exec(said)[1]),
      ),
    );
    assert.equal((await fetch(`${url}/`)).status, 404);
    assert.equal((await fetch(`${url}/api/page/app.js`)).status, 404);
    assert.equal((await fetch(`${url}/api/v1/assets`)).status, 200);
  });
} finally {
  await browser.close();
  servers.forEach((server) => server.stop());
  await rm(made, { recursive: true, force: true });
}
process.exitCode = counts() ? 0 : 1;
