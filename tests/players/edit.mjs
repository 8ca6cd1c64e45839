// Edits the asset `harbour` of the server at argv[2] as an editor would: a German caption file comes and is marked, the
// English description is one by its role alone, the commentary is hidden, German becomes the default. The players are
// then to show `edited.json`.

const api = `${process.argv[2]}/api/v1/assets/harbour`;
const CAPTIONS = `WEBVTT
Language: de

00:00.500 --> 00:03.000
[Möwen schreien]

00:04.000 --> 00:07.000
Ein Schiff!

00:16.000 --> 00:20.000
[Wellen schlagen an den Kai]
`;

async function ask(method, path, body, type = 'application/json') {
  const response = await fetch(api + path, { method, body, headers: { 'content-type': type } });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

const change = (track, properties) => ask('PATCH', `/tracks/${track}`, JSON.stringify(properties));

await ask('PUT', '/files/deutsch.vtt', CAPTIONS, 'text/vtt');
await ask('POST', '/tracks', JSON.stringify({ file: 'deutsch.vtt', name: 'de-captions', label: 'Deutsch (Untertitel)' }));
await change('de-captions', { roles: ['caption'] });
await change('en-description', { roles: null, characteristics: null, label: null });
await change('en-description', { roles: ['description'] });
await change('fr-commentary', { visibility: 'hidden' });
await change('de', { default: true });
