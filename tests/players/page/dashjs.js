// dash.js behind the verbs that the harness knows (see harness.js).
window.adapter = (() => {
  const { note, meaning } = probe;
  const AUDIO_PURPOSE = 'urn:tva:metadata:cs:AudioPurposeCS:2007';
  const ROLE = 'urn:mpeg:dash:role:2011';
  let player;
  let textTracks = [];
  let ended = false;
  const same = (a, b) => !!a && !!b && a.index === b.index && a.id === b.id;
  const purposeOf = ({ schemeIdUri, value }) =>
    schemeIdUri === AUDIO_PURPOSE ? { 1: 'description', 2: 'sdh' }[value] : schemeIdUri === ROLE ? value : null;
  const common = (track) => ({
    language: track.lang,
    label: track.labels?.[0]?.text ?? null,
    purposes: meaning([
      ...(track.roles ?? []).map((role) => role.value),
      ...(track.accessibility ?? []).map(purposeOf),
    ]),
    raw: {
      id: track.id,
      roles: track.roles,
      accessibility: track.accessibility,
      labels: track.labels,
      codec: track.codec,
    },
  });
  return {
    version: () => dashjs.Version ?? player?.getVersion?.(),
    load: (video, url) =>
      new Promise((loaded, failed) => {
        player = dashjs.MediaPlayer().create();
        player.initialize();
        player.updateSettings({ debug: { logLevel: 2 } });
        const on = dashjs.MediaPlayer.events;
        player.on(on.ERROR, (e) => {
          note('fatal', 'dash.js', `${e.error?.code ?? ''} ${e.error?.message ?? JSON.stringify(e.error)}`);
          failed(new Error(e.error?.message ?? 'error'));
        });
        player.on(on.PLAYBACK_ERROR, (e) => note('fatal', 'dash.js', `playback ${e.error?.code ?? e.error}`));
        player.on(on.FRAGMENT_LOADING_COMPLETED, (e) => {
          if (e.error) note('warning', 'dash.js', `fragment ${e.error.message ?? ''} ${e.request?.url ?? ''}`);
        });
        player.on(on.STREAM_INITIALIZED, () => loaded());
        // It can end without the media element's own event.
        player.on(on.PLAYBACK_ENDED, () => (ended = true));
        player.on(on.PLAYBACK_SEEKING, () => (ended = false));
        player.on(on.TEXT_TRACKS_ADDED, (e) => {
          if (e.tracks?.length) textTracks = e.tracks;
        });
        player.attachView(video);
        player.attachTTMLRenderingDiv(document.getElementById('ttml'));
        player.attachSource(url);
      }),
    variants: () => {
      const now = player.getCurrentRepresentationForType('video');
      return player.getRepresentationsByType('video').map((representation, id) => ({
        id,
        width: representation.width,
        height: representation.height,
        bandwidth: representation.bandwidth,
        codecs: representation.codecs,
        active: now?.id === representation.id,
      }));
    },
    audio: () => {
      const now = player.getCurrentTrackFor('audio');
      return player
        .getTracksFor('audio')
        .map((track, id) => ({ id, ...common(track), default: null, active: same(track, now) }));
    },
    text: () => {
      const now = player.getCurrentTextTrackIndex();
      const list = textTracks.length ? textTracks : player.getTracksFor('text');
      return list.map((track, id) => ({
        id,
        ...common(track),
        kind: track.kind ?? null,
        default: null, // with its own setting it shows the first track, whatever the MPD says
        active: now === id,
      }));
    },
    setVariant: (id) => {
      player.updateSettings({ streaming: { abr: { autoSwitchBitrate: { video: false } } } });
      player.setRepresentationForTypeByIndex('video', id, true);
    },
    setAudio: (id) => player.setCurrentTrack(player.getTracksFor('audio')[id]),
    setText: (id) => player.setTextTrack(id),
    seekRange: () => ({ start: 0, end: player.duration() }),
    hasEnded: () => ended,
  };
})();
