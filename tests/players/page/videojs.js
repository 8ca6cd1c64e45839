// video.js with its own HTTP streaming (VHS) behind the verbs that the harness knows (see harness.js).
window.adapter = (() => {
  const { note, meaning } = probe;
  let player;
  const vhs = () => player.tech({ IWillNotUseThisInPlugins: true }).vhs;
  const native = () => Array.from(player.textTracks()).filter((track) => track.kind !== 'metadata');
  const showing = () => native().filter((track) => track.mode === 'showing');

  // What VHS read of the rendition with this label, for what its public tracks do not carry.
  function group(type, label) {
    const groups = Object.values(vhs().playlists.main?.mediaGroups?.[type] ?? {});
    return groups.find((members) => members[label])?.[label] ?? null;
  }
  return {
    version: () => videojs.VERSION,
    load: (video, url) =>
      new Promise((loaded, failed) => {
        // A short asset would be buffered whole, and VHS cannot switch back to a rendition when nothing is left to load.
        videojs.Vhs.GOAL_BUFFER_LENGTH = videojs.Vhs.MAX_GOAL_BUFFER_LENGTH = 6;
        const vhsOptions = { overrideNative: true, useForcedSubtitles: true };
        const html5 = { vhs: vhsOptions, nativeAudioTracks: false, nativeVideoTracks: false, nativeTextTracks: false };
        player = videojs(video, { controls: false, autoplay: false, html5 });
        player.on('error', () => {
          const e = player.error();
          note('fatal', 'video.js', `code ${e?.code} ${e?.message}`);
          failed(new Error(e?.message ?? 'error'));
        });
        player.one('loadedmetadata', () => loaded());
        const type = /\.mpd(\?|$)|[(,]format=mpd-/.test(url) ? 'application/dash+xml' : 'application/x-mpegURL';
        player.src({ src: url, type });
      }),
    variants: () => {
      const now = vhs().playlists.media();
      const list = vhs().playlists.main.playlists.filter((playlist) => playlist.attributes?.RESOLUTION);
      return list.map(({ attributes, id: name }, id) => ({
        id,
        width: attributes.RESOLUTION.width,
        height: attributes.RESOLUTION.height,
        bandwidth: attributes.BANDWIDTH,
        codecs: attributes.CODECS,
        active: now?.id === name,
      }));
    },
    audio: () =>
      Array.from(player.audioTracks()).map((track, id) => {
        const { default: isDefault = null, characteristics } = group('AUDIO', track.label) ?? {};
        const purpose = { 'main-desc': 'description', main: 'main' }[track.kind];
        const { language, label, kind, enabled: active } = track;
        return {
          id,
          language,
          label,
          default: isDefault,
          active,
          kind,
          purposes: meaning([purpose]),
          raw: { kind, characteristics },
        };
      }),
    text: () =>
      native().map((track, id) => {
        const { characteristics, forced } = group('SUBTITLES', track.label) ?? {};
        const { language, label, kind } = track;
        return {
          id,
          language,
          label,
          default: track.default ?? null,
          active: track.mode === 'showing',
          kind,
          purposes: meaning([kind === 'captions' && 'sdh', ...(characteristics ?? '').split(','), forced && 'forced']),
          raw: { kind, characteristics, forced },
        };
      }),
    // VHS switches at once, and drops what it has buffered, when a rendition that was disabled is enabled.
    setVariant: (id) => {
      const want = vhs().playlists.main.playlists.filter((playlist) => playlist.attributes?.RESOLUTION)[id].id;
      const representations = vhs().representations();
      representations.forEach((representation) => representation.enabled(false));
      representations.find((representation) => representation.id === want).enabled(true);
    },
    setAudio: (id) => {
      Array.from(player.audioTracks())[id].enabled = true;
    },
    setText: (id) => native().forEach((track, n) => (track.mode = n === id ? 'showing' : 'disabled')),
    seekRange: () => {
      const seekable = player.seekable();
      if (!seekable.length) return { start: 0, end: player.duration() };
      return { start: seekable.start(0), end: seekable.end(seekable.length - 1) };
    },
    activeCues: () => showing().flatMap((track) => Array.from(track.activeCues ?? [])),
    allCues: () => showing().flatMap((track) => Array.from(track.cues ?? [])),
  };
})();
