// Shaka Player behind the verbs that the harness knows (see harness.js).
window.adapter = (() => {
  const { note, meaning } = probe;
  const PURPOSE = { 'visually impaired': 'description', 'hard of hearing': 'sdh' };
  let player;
  return {
    version: () => shaka.Player.version,
    load: async (video, url) => {
      shaka.polyfill.installAll();
      player = new shaka.Player();
      player.addEventListener('error', ({ detail: e }) => {
        const data = JSON.stringify((e.data ?? []).map((item) => String(item))).slice(0, 250);
        note(e.severity === 2 ? 'fatal' : 'warning', 'shaka', `code ${e.code} category ${e.category} ${data}`);
      });
      await player.attach(video);
      try {
        await player.load(url);
      } catch (e) {
        note('fatal', 'shaka', `code ${e.code} category ${e.category} ${String(e.data ?? []).slice(0, 250)}`);
        throw new Error(`shaka code ${e.code}`);
      }
    },
    variants: () =>
      player.getVideoTracks().map((track, id) => ({
        id,
        width: track.width,
        height: track.height,
        bandwidth: track.bandwidth,
        codecs: track.codecs,
        active: track.active,
      })),
    audio: () =>
      player.getAudioTracks().map((track, id) => ({
        id,
        language: track.language,
        label: track.label,
        default: track.primary,
        active: track.active,
        purposes: meaning([...track.roles, PURPOSE[track.accessibilityPurpose]]),
        raw: { roles: track.roles, accessibilityPurpose: track.accessibilityPurpose, primary: track.primary },
      })),
    text: () =>
      player.getTextTracks().map((track, id) => ({
        id,
        language: track.language,
        label: track.label,
        default: track.primary,
        active: track.active,
        kind: track.kind,
        purposes: meaning([
          ...track.roles,
          PURPOSE[track.accessibilityPurpose],
          track.forced && 'forced',
          track.kind === 'caption' && 'sdh',
        ]),
        raw: {
          roles: track.roles,
          kind: track.kind,
          forced: track.forced,
          mimeType: track.mimeType,
          codecs: track.codecs,
        },
      })),
    setVariant: (id) => {
      player.configure('abr.enabled', false);
      player.selectVideoTrack(player.getVideoTracks()[id], true);
    },
    setAudio: (id) => player.selectAudioTrack(player.getAudioTracks()[id]),
    setText: (id) => player.selectTextTrack(id < 0 ? null : player.getTextTracks()[id]),
    seekRange: () => player.seekRange(),
  };
})();
