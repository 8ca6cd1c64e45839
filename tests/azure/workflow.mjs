#!/usr/bin/env node
// Late binding as the samples of Azure Media Services did it, with the official SDKs: upload a WebVTT file and an audio
// file through the SAS URL, register both, list, create a locator, list its paths.
//   node workflow.mjs --base-url URL --asset NAME [--token T] [--audio FILE] [--captions FILE] [--run WORD] [--keep]
// Prints one line for each check, then `N passed, N failed`. The names and labels of what is made hold WORD. With --keep
// the tracks and the locator stay, and the links are printed as `link URL`; without, all that was made is removed again.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { AzureMediaServices } from '@azure/arm-mediaservices';
import { ContainerClient } from '@azure/storage-blob';

const here = import.meta.dirname;
const string = { type: 'string' };
const { values: options } = parseArgs({
  options: {
    'base-url': string,
    asset: string,
    token: { ...string, default: 'none' },
    audio: { ...string, default: path.join(here, 'fixtures/audio-es.m4a') },
    captions: { ...string, default: path.join(here, 'fixtures/subs-en.vtt') },
    run: { ...string, default: Math.random().toString(16).slice(2, 10) },
    keep: { type: 'boolean' },
  },
});
const { asset, token, run } = options;
const [group, account] = ['rg', 'acc'];
let [passed, failed] = [0, 0];

function check(name, good, detail) {
  good ? passed++ : failed++;
  console.log(`${good ? 'ok   ' : 'FAIL '} ${name}${good || detail === undefined ? '' : `  -- ${JSON.stringify(detail)}`}`);
}

// The SDK's own policy sends tokens over https alone.
const client = new AzureMediaServices({ getToken: async () => null }, '00000000-0000-0000-0000-000000000000', {
  endpoint: options['base-url'],
  allowInsecureConnection: true,
});
client.pipeline.removePolicy({ name: 'bearerTokenAuthenticationPolicy' });
client.pipeline.addPolicy({
  name: 'token',
  sendRequest(request, next) {
    request.headers.set('Authorization', `Bearer ${token}`);
    return next(request);
  },
});

async function all(pages) {
  const items = [];
  for await (const item of pages) items.push(item);
  return items;
}

const names = { audio: `audio-${run}`, captions: `Captions ${run}`, locator: `locator-${run}` };
const files = { audio: `${run}.mp4`, captions: `${run}.vtt` };
const labels = { audio: `Español ${run}`, captions: `English ${run}` };

async function bring() {
  const expiryTime = new Date(Date.now() + 3600_000);
  const { assetContainerSasUrls } = await client.assets.listContainerSas(group, account, asset, {
    permissions: 'ReadWriteDelete',
    expiryTime,
  });
  const container = new ContainerClient(assetContainerSasUrls[0]);
  for (const kind of ['audio', 'captions']) {
    const bytes = fs.readFileSync(options[kind]);
    const blob = container.getBlockBlobClient(files[kind]);
    // In blocks, several at a time.
    await blob.uploadData(bytes, { blockSize: 10_000, maxSingleShotSize: 1000, concurrency: 3 });
    check(`${kind}: reads back unchanged`, bytes.equals(await blob.downloadToBuffer()));
  }
  const listed = await all(container.listBlobsFlat({ prefix: run }));
  check('the container lists both', listed.length === 2, listed.map((blob) => blob.name));
  check('what is not there is not', !(await container.getBlobClient(`${run}.none`).exists()));
  return container;
}

async function register() {
  const audio = await client.tracks.beginCreateOrUpdateAndWait(group, account, asset, names.audio, {
    track: {
      odataType: '#Microsoft.Media.AudioTrack',
      fileName: files.audio,
      displayName: labels.audio,
      languageCode: 'es-ES',
      hlsSettings: { default: false, characteristics: 'public.accessibility.describes-video' },
      dashSettings: { role: 'alternate' },
    },
  });
  check('audio: registered', audio.provisioningState === 'Succeeded' && audio.track.displayName === labels.audio, audio);
  const captions = await client.tracks.beginCreateOrUpdateAndWait(group, account, asset, names.captions, {
    track: {
      odataType: '#Microsoft.Media.TextTrack',
      fileName: files.captions,
      displayName: labels.captions,
      playerVisibility: 'Visible',
      hlsSettings: { characteristics: 'public.accessibility.transcribes-spoken-dialog' },
    },
  });
  check('captions: registered', captions.provisioningState === 'Succeeded', captions);
  const language = fs.readFileSync(options.captions, 'utf8').match(/^Language: *(\S+)/m)[1];
  check('captions: the language is that of the file', captions.track.languageCode === language, captions.track);
  const listed = (await all(client.tracks.list(group, account, asset))).map((track) => track.name);
  check('the list has both', listed.includes(names.audio) && listed.includes(names.captions), listed);
}

async function change() {
  const changed = await client.tracks.beginUpdateAndWait(group, account, asset, names.captions, {
    track: { odataType: '#Microsoft.Media.TextTrack', displayName: `${labels.captions} (2)` },
  });
  check('captions: another label', changed.track.displayName === `${labels.captions} (2)`, changed);
  await client.tracks.beginUpdateTrackDataAndWait(group, account, asset, names.captions);
  labels.captions += ' (2)';
}

async function links() {
  const locator = await client.streamingLocators.create(group, account, names.locator, {
    assetName: asset,
    streamingPolicyName: 'Predefined_ClearStreamingOnly',
  });
  check('locator: has an id', /^[0-9a-f-]{36}$/.test(locator.streamingLocatorId), locator);
  const endpoint = await client.streamingEndpoints.get(group, account, 'default');
  const { streamingPaths } = await client.streamingLocators.listPaths(group, account, names.locator);
  const paths = Object.fromEntries(streamingPaths.map((one) => [one.streamingProtocol, one.paths]));
  check('paths: HLS and DASH', paths.Hls?.length > 0 && paths.Dash?.length > 0, paths);
  const scheme = new URL(options['base-url']).protocol;
  return [...paths.Hls, ...paths.Dash].map((one) => `${scheme}//${endpoint.hostName}${one}`);
}

async function manifests(urls) {
  for (const url of urls) {
    const response = await fetch(url);
    const text = await response.text();
    const found = [labels.audio, labels.captions].every((label) => text.includes(label));
    check(`manifest: ${url.match(/format=[^,)]*/)[0]} has both tracks`, response.ok && found, `HTTP ${response.status}`);
  }
}

async function remove(container) {
  await client.streamingLocators.delete(group, account, names.locator);
  for (const kind of ['audio', 'captions']) {
    await client.tracks.beginDeleteAndWait(group, account, asset, names[kind]);
    await container.deleteBlob(files[kind]);
  }
  const left = (await all(client.tracks.list(group, account, asset))).filter((track) => track.name.includes(run));
  check('nothing is left', left.length === 0 && (await all(container.listBlobsFlat({ prefix: run }))).length === 0, left);
}

try {
  const container = await bring();
  await register();
  await change();
  const urls = await links();
  await manifests(urls);
  if (options.keep) urls.forEach((url) => console.log(`link ${url}`));
  else await remove(container);
} catch (error) {
  check('runs through', false, error.stack);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
