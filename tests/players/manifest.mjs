// The harness's own reading of a manifest, so that what a player lists and fetches is held against something.
// HLS is read here; an MPD is read in the page (page/mpd.js), which has an XML parser.

const escapeRegExp = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

export const canonical = (tag) => {
  try {
    return tag ? Intl.getCanonicalLocales(tag)[0].toLowerCase() : 'und';
  } catch {
    return String(tag).toLowerCase();
  }
};
export const primary = (tag) => canonical(tag).split('-')[0];

export async function get(url) {
  const answer = await fetch(url, {
    headers: { origin: 'http://player.invalid' },
    signal: AbortSignal.timeout(15_000),
  });
  const header = (name) => answer.headers.get(name);
  return {
    url: answer.url,
    status: answer.status,
    type: header('content-type'),
    cors: header('access-control-allow-origin'),
    text: await answer.text(),
  };
}

const attributes = (line) =>
  Object.fromEntries([...line.matchAll(/([A-Z0-9-]+)=("([^"]*)"|[^,]*)/g)].map((m) => [m[1], m[3] ?? m[2]]));

/** Patterns of the URLs of a media playlist's files, and how long it lasts. */
async function readMediaPlaylist(url) {
  const answer = await get(url);
  if (answer.status !== 200) return { urls: [], seconds: 0 };
  const lines = answer.text.split(/\r?\n/);
  const maps = lines.filter((line) => line.startsWith('#EXT-X-MAP')).map((line) => attributes(line).URI);
  const files = [...lines.filter((line) => line && !line.startsWith('#')), ...maps];
  const seconds = lines.reduce((sum, line) => sum + (Number(/^#EXTINF:([\d.]+)/.exec(line)?.[1]) || 0), 0);
  return { urls: [...new Set(files.map((file) => escapeRegExp(new URL(file, answer.url).href)))], seconds };
}

export async function readHls(main) {
  const out = { kind: 'hls', lengths: [], duration: null, variants: [], audio: [], text: [] };
  const media = async (uri) => {
    const { urls, seconds } = await readMediaPlaylist(new URL(uri, main.url));
    if (seconds) out.lengths.push(+seconds.toFixed(3));
    return urls;
  };
  const lines = main.text.split(/\r?\n/);
  for (const [at, line] of lines.entries()) {
    if (line.startsWith('#EXT-X-STREAM-INF:')) {
      const a = attributes(line);
      const [width, height] = (a.RESOLUTION ?? '0x0').split('x').map(Number);
      const uri = lines.slice(at + 1).find((next) => next && !next.startsWith('#'));
      if (out.variants.some((known) => known.uri === uri)) continue;
      out.variants.push({ uri, width, height, bandwidth: +a.BANDWIDTH, codecs: a.CODECS, urls: await media(uri) });
    } else if (/^#EXT-X-MEDIA:.*TYPE=(AUDIO|SUBTITLES)/.test(line)) {
      const a = attributes(line);
      const to = a.TYPE === 'AUDIO' ? out.audio : out.text;
      const again = (known) => known.group !== a['GROUP-ID'] && known.label === a.NAME && known.language === a.LANGUAGE;
      if (to.some(again)) continue; // the same rendition in another group
      to.push({
        group: a['GROUP-ID'],
        language: a.LANGUAGE,
        label: a.NAME,
        default: a.DEFAULT === 'YES',
        forced: a.FORCED === 'YES',
        roles: (a.CHARACTERISTICS ?? '').split(',').filter(Boolean),
        urls: a.URI ? await media(a.URI) : [],
      });
    }
  }
  if (out.lengths.length) out.duration = Math.max(...out.lengths);
  return out;
}

/** Whether `url` is one of the files of `track`. */
export const serves = (track, url) => track?.urls.some((pattern) => new RegExp(`^${pattern}([?&].*)?$`).test(url));

/** The best pairing of two track lists by language, label and place: a map from index to index. */
export function pair(mine, theirs) {
  const score = (a, b, i, j) => {
    const language =
      canonical(a.language) === canonical(b.language) ? 4 : primary(a.language) === primary(b.language) ? 2 : -4;
    return language + (a.label && a.label === b.label ? 5 : 0) + (i === j ? 1 : 0);
  };
  const candidates = mine
    .flatMap((a, i) => theirs.map((b, j) => ({ i, j, score: score(a, b, i, j) })))
    .filter((candidate) => candidate.score > 0)
    .sort((x, y) => y.score - x.score);
  const to = new Map();
  for (const { i, j } of candidates) if (!to.has(i) && ![...to.values()].includes(j)) to.set(i, j);
  return to;
}
