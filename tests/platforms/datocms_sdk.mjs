#!/usr/bin/env node
// Tracks of an upload through the official client of DatoCMS, as a program written for it uses it.
//   node datocms_sdk.mjs --base-url http://127.0.0.1:8080 --upload ID --no-video ID --files http://127.0.0.1:8080/…/files [--token T]
// --files is where audio-es.m4a and the captions can be fetched by the server; generation needs a transcriber. All that is
// made is removed again. Prints a line for each check, then `N passed, N failed`.
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { ApiError, Resources, buildClient, uploadLocalFileAndReturnPath } from '@datocms/cma-client-node';

const string = { type: 'string' };
const { values: options } = parseArgs({
  options: { 'base-url': string, upload: string, 'no-video': string, files: string, token: { ...string, default: 'none' } },
});
const { upload, files } = options;
const fixture = (name) => path.join(import.meta.dirname, '../azure/fixtures', name);
const NOBODY = '_'.repeat(22);

// What was asked and answered: the client hides it.
const wire = [];
const client = buildClient({
  apiToken: options.token,
  baseUrl: options['base-url'],
  fetchFn: async (url, init) => {
    const response = await fetch(url, init);
    wire.push({ method: init?.method ?? 'GET', path: new URL(url).pathname, status: response.status, headers: response.headers });
    return response;
  },
});
const tracks = client.uploadTracks;
let [passed, failed] = [0, 0];

function check(name, got, wanted = true) {
  const good = isDeepStrictEqual(got, wanted);
  good ? passed++ : failed++;
  console.log(`${good ? 'ok   ' : 'FAIL '} ${name}${good ? '' : `: ${JSON.stringify(got)} and not ${JSON.stringify(wanted)}`}`);
}

async function refused(name, status, code, field, call) {
  try {
    check(name, await call(), `${status} ${code}`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const told = error.findError(code, field ? { field } : undefined) !== undefined;
    check(name, [error.response.status, told], [status, true]);
  }
}

// A change is a job: it is accepted, and its result asked for until there is one.
function wasJob(name, method) {
  const asked = wire.splice(0);
  const begun = asked.find((one) => one.method === method);
  const results = asked.filter((one) => one.path.startsWith('/job-results/')).map((one) => one.status);
  check(`${name}: accepted, then a result`, [begun?.status, results.pop(), results.every((status) => status === 404)], [202, 200, true]);
  check(`${name}: JSON, and the rate is told`, asked.every(({ headers }) =>
    headers.get('content-type') === 'application/json' && Number(headers.get('x-ratelimit-limit')) > 0));
}

const all = async () => (await tracks.list(upload)).toSorted((a, b) => a.id.localeCompare(b.id));
const create = (more, of = upload) => tracks.create(of, { url_or_upload_request_id: `${files}/audio-es.m4a`, type: 'audio', language_code: 'es-ES', ...more });
const generate = (more, of = upload) => tracks.generateSubtitles(of, more);
const about = ({ type, name, language_code, closed_captions, status, error }) => [type, name, language_code, closed_captions, status, error];
const made = [];

async function brought() {
  const found = await client.uploads.find(upload);
  check('the upload is a video', [found.id, found.type, found.mime_type], [upload, 'upload', 'video/mp4']);
  wire.length = 0;
  const spanish = await create({ name: 'Español' });
  made.push(spanish);
  wasJob('audio from a URL', 'POST');
  check('audio from a URL', about(spanish), ['audio', 'Español', 'es-ES', null, 'ready', null]);
  check('it is of the upload', spanish.upload, { type: 'upload', id: upload });
  const captions = await create({ url_or_upload_request_id: `${files}/subs-en.vtt`, type: 'subtitles', name: 'For the deaf', language_code: 'en-US', closed_captions: true });
  made.push(captions);
  check('captions from a URL', about(captions), ['subtitles', 'For the deaf', 'en-US', true, 'ready', null]);
  const nameless = await create({ url_or_upload_request_id: `${files}/subs-de.vtt`, type: 'subtitles', language_code: 'de' });
  made.push(nameless);
  check('a name is made', [nameless.name.startsWith('Deutsch'), nameless.closed_captions], [true, false]);
  const request = await uploadLocalFileAndReturnPath(client, fixture('subs-en.vtt'));
  const uploaded = await create({ url_or_upload_request_id: request, type: 'subtitles', name: 'Uploaded', language_code: 'en-GB' });
  made.push(uploaded);
  check('subtitles from a file', about(uploaded), ['subtitles', 'Uploaded', 'en-GB', false, 'ready', null]);
  const french = await new Resources.UploadTrack(client).createFromLocalFile(upload, { localPath: fixture('audio-fr.m4a'), type: 'audio', name: 'Français', language_code: 'fr-CA' });
  made.push(french);
  check('audio from a file', about(french), ['audio', 'Français', 'fr-CA', null, 'ready', null]);
  const listed = await all();
  check('they are listed as they came', made.every((track) => listed.some((other) => isDeepStrictEqual(track, other))));
}

async function generated() {
  wire.length = 0;
  const italian = await generate({ language_code: 'it-IT', name: 'Italiano' });
  made.push(italian);
  wasJob('generated subtitles', 'POST');
  check('generated subtitles', about(italian), ['subtitles', 'Italiano', 'it-IT', false, 'ready', null]);
  await refused('a language is a tag', 422, 'INVALID_FIELD', 'language_code', () => generate({ language_code: 'not a tag' }));
  await refused('a name is used once', 422, 'INVALID_FIELD', 'name', () => generate({ language_code: 'it', name: 'ITALIANO' }));
  await refused('only of videos', 422, 'NOT_A_VIDEO', null, () => generate({ language_code: 'it' }, options['no-video']));
}

async function refusals() {
  const before = await all();
  for (const [field, change] of [
    ['language_code', { name: 'x', language_code: 'not_a_tag!' }],
    ['language_code', { name: 'x', language_code: undefined }],
    ['name', { name: 'español' }],
    ['type', { name: 'x', type: 'video' }],
    ['url_or_upload_request_id', { name: 'x', url_or_upload_request_id: '/7/nothing.m4a' }],
    ['url_or_upload_request_id', { name: 'x', url_or_upload_request_id: undefined }],
  ]) await refused(`no track with ${JSON.stringify(change)}`, 422, 'INVALID_FIELD', field, () => create(change));
  await refused('no track of what is not there', 422, 'MUX_ERROR', null, () => create({ name: 'x', url_or_upload_request_id: `${files}/nothing.m4a` }));
  await refused('no track of what is no video', 422, 'NOT_A_VIDEO', null, () => create({ name: 'x' }, options['no-video']));
  await refused('no tracks of an unknown upload', 404, 'NOT_FOUND', null, () => tracks.list(NOBODY));
  await refused('no unknown track is destroyed', 404, 'NOT_FOUND', null, () => tracks.destroy(upload, NOBODY));
  await refused('no result of an unknown job', 404, 'NOT_FOUND', null, () => client.jobResults.find('1'));
  check('nothing was changed', await all(), before);
}

async function destroyed() {
  const [first] = made;
  for (const track of made) check(`${track.name} is destroyed`, await tracks.destroy(upload, track.id), track);
  await refused('and gone', 404, 'NOT_FOUND', null, () => tracks.destroy(upload, first.id));
  const again = await create({ name: first.name });
  check('its name is free, for another track', [again.name, again.id === first.id], [first.name, false]);
  await tracks.destroy(upload, again.id);
}

const before = await all();
for (const part of [brought, generated, refusals, destroyed]) {
  try {
    await part();
  } catch (error) {
    check(`${part.name}: ${error.stack}`, false);
  }
}
check('all is as it was', await all(), before);
const { total } = { total: (await client.uploads.rawList()).meta.total_count };
check('uploads are counted', total > 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
