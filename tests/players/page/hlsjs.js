// hls.js behind the verbs that the harness knows (see harness.js).
window.adapter = (() => {
  const { note, meaning } = probe;
  let hls;
  return {
    version: () => Hls.version,
    load: (video, url) =>
      new Promise((loaded, failed) => {
        hls = new Hls();
        hls.on(Hls.Events.ERROR, (_, d) => {
          const where = d.frag?.url ?? d.url ?? '';
          const why = `${d.error?.message ?? ''} ${d.response?.code ? `HTTP ${d.response.code}` : ''}`;
          note(d.fatal ? 'fatal' : 'warning', 'hls.js', `${d.type} ${d.details} ${why} ${where}`);
          if (d.fatal) failed(new Error(d.details));
        });
        hls.on(Hls.Events.MANIFEST_PARSED, () => loaded());
        hls.loadSource(url);
        hls.attachMedia(video);
      }),
    variants: () =>
      hls.levels.map((level, id) => ({
        id,
        width: level.width || 0,
        height: level.height || 0,
        bandwidth: level.bitrate,
        codecs: [level.videoCodec, level.audioCodec].filter(Boolean).join(','),
        active: hls.currentLevel === id,
      })),
    audio: () =>
      hls.audioTracks.map((track, id) => ({
        id,
        language: track.lang,
        label: track.name,
        default: track.default,
        active: hls.audioTrack === id,
        purposes: meaning((track.characteristics ?? '').split(',')),
        raw: { ...track.attrs },
      })),
    text: () =>
      hls.subtitleTracks.map((track, id) => ({
        id,
        language: track.lang,
        label: track.name,
        default: track.default,
        active: hls.subtitleTrack === id,
        kind: track.trackNode?.kind ?? null,
        purposes: meaning([...(track.characteristics ?? '').split(','), track.forced && 'forced']),
        raw: { ...track.attrs },
      })),
    setVariant: (id) => {
      hls.currentLevel = id;
    },
    setAudio: (id) => {
      hls.audioTrack = id;
    },
    setText: (id) => {
      hls.subtitleTrack = id;
      hls.subtitleDisplay = id >= 0;
    },
    seekRange: (video) => ({ start: 0, end: video.duration }),
  };
})();
