// What the player lists, against the manifest and against the expectation file.
import { pair, primary } from '../manifest.mjs';
import { named } from '../session.mjs';

// The meanings that a player's own API can carry for a track; an expected meaning outside this is skipped, not failed.
const CAN_SAY = {
  'hls.js': { audio: ['description'], text: ['sdh', 'forced'] },
  'dash.js': { audio: true, text: true },
  'shaka/hls': { audio: ['description'], text: ['sdh', 'forced'] },
  'shaka/dash': { audio: true, text: true },
  'video.js/hls': { audio: ['description', 'main'], text: ['sdh', 'forced'] },
  'video.js/dash': { audio: ['main'], text: [] },
};

export function tracks(session) {
  variants(session);
  for (const kind of ['audio', 'text']) {
    // HLS without an audio group: the sound is the variant itself and has no name.
    const inVariant = kind === 'audio' && session.manifest.kind === 'hls' && !session.manifest.audio.length;
    const wanted = inVariant ? [] : (session.expect[kind] ?? session.manifest[kind]);
    const listed = session.tracks[kind];
    const map = pair(wanted, listed);
    list(session, kind, wanted, listed, map);
    if (session.expect[kind]) for (const [i, j] of map) meaning(session, kind, wanted[i], listed[j]);
  }
}

function variants(session) {
  const { variants: listed } = session.tracks;
  const wanted = session.expect.variants ?? session.manifest.variants;
  const sizes = (l) => [...new Set(l.map((x) => `${x.width ?? 0}x${x.height ?? 0}`))].sort().join(' ');
  const says = listed.map((x) => `${x.width}x${x.height}@${Math.round(x.bandwidth / 1000)}k ${x.codecs}`).join(', ');
  if (!session.hasVideo && !listed.length)
    return session.check('variants', null, 'the player lists none without a picture');
  session.check('variants', listed.length === wanted.length && sizes(listed) === sizes(wanted), says);
}

function list(session, kind, wanted, listed, map) {
  const missing = wanted.filter((_, i) => !map.has(i));
  const extra = wanted.length ? listed.filter((_, j) => ![...map.values()].includes(j)) : [];
  const misnamed = [...map].filter(([i, j]) => primary(wanted[i].language) !== primary(listed[j].language));
  const flags = (x) => `${x.active ? ' active' : ''}${x.default ? ' default' : ''}${x.kind ? ` ${x.kind}` : ''}`;
  const says = [
    listed.map((x) => `${named(x)}${flags(x)} [${x.purposes}]`).join(', ') || 'none',
    missing.length && `missing ${missing.map(named)}`,
    extra.length && `unexpected ${extra.map(named)}`,
    ...misnamed.map(([i, j]) => `${named(listed[j])} should be ${named(wanted[i])}`),
  ];
  const ok = !missing.length && !extra.length && !misnamed.length;
  session.check(`${kind} tracks`, ok, says.filter(Boolean).join('; '));
}

function meaning(session, kind, want, got) {
  const name = named(want);
  const sayable = (CAN_SAY[session.player] ?? CAN_SAY[`${session.player}/${session.manifest.kind}`])[kind];
  if (want.label) session.check(`${kind} label ${name}`, want.label === got.label, `"${got.label}"`);
  if (kind === 'audio' && want.default) {
    // Shaka's default preference for two channels goes before DEFAULT.
    const ok = session.player === 'shaka' && !got.active ? null : got.active;
    session.check(`audio starts as ${name}`, ok, got.active ? 'active from the start' : 'not active at the start');
  }
  if (want.default !== undefined)
    session.check(
      `${kind} default ${name}`,
      got.default === null ? null : want.default === got.default,
      `${got.default}`,
    );
  for (const purpose of want.purposes ?? []) {
    const ok = sayable === true || sayable.includes(purpose) ? got.purposes.includes(purpose) : null;
    session.check(`${kind} ${purpose} ${name}`, ok, `[${got.purposes}]`);
  }
  for (const purpose of want.not ?? [])
    session.check(`${kind} not ${purpose} ${name}`, !got.purposes.includes(purpose), `[${got.purposes}]`);
}
