// What the harness calls in the page. `adapter` is the player behind a few verbs:
//   load(video, url)  variants() audio() text()  setVariant(id) setAudio(id) setText(id | -1)  seekRange(video)
// A track is {id, language, label, default, active, purposes, raw}: `purposes` is the meaning that the player itself
// gives it, in one vocabulary (description, sdh, forced, main, dub, commentary, …), `raw` what it exposed, as it was.
window.harness = (() => {
  const { note, events, refused, ranges, mse, clockFaults } = probe;
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const within = (ms, what, promise) => {
    const late = new Promise((_, no) => setTimeout(() => no(new Error(`${what}: nothing within ${ms / 1000} s`)), ms));
    return Promise.race([promise, late]);
  };
  const video = document.querySelector('video');
  const ttml = document.getElementById('ttml');
  const stalls = [];
  let firstFrameMs = null;
  let firstPlayMs = null;

  const state = () => {
    const quality = video.getVideoPlaybackQuality();
    return {
      t: +video.currentTime.toFixed(3),
      frames: quality.totalVideoFrames,
      dropped: quality.droppedVideoFrames,
      audioBytes: video.webkitAudioDecodedByteCount,
      ended: video.ended,
      seeking: video.seeking,
      width: video.videoWidth,
      height: video.videoHeight,
      duration: video.duration,
      error: video.error && `MediaError ${video.error.code} ${video.error.message}`,
    };
  };
  const fatal = () => events.find((e) => e.level === 'fatal');

  const shown = (which) => {
    if (adapter[which]) return adapter[which]();
    const list = which === 'allCues' ? 'cues' : 'activeCues';
    const tracks = Array.from(video.textTracks).filter(
      (track) => track.mode === 'showing' && track.kind !== 'metadata',
    );
    return tracks.flatMap((track) => Array.from(track[list] ?? []));
  };
  // The words of a cue without markup; an IMSC cue of dash.js holds a tree of nodes.
  const words = (node) => node.text ?? (node.kind === 'br' ? ' ' : (node.contents ?? []).map(words).join(''));
  const cueText = (cue) =>
    (cue.text ?? words(cue.isd ?? {}))
      .replace(/<[^>]+>/g, '')
      .replace(/&amp;/g, '&')
      .trim();
  const plain = (cue) => ({ start: cue.startTime, end: cue.endTime, text: cueText(cue) });

  return {
    async load(url, timeout) {
      const start = performance.now();
      const since = () => Math.round(performance.now() - start);
      const moves = () => {
        const stall = stalls.at(-1);
        if (stall && stall.ms === undefined) stall.ms = Math.round(performance.now() - stall.from);
        if (firstPlayMs === null && video.currentTime > 0 && !video.paused) firstPlayMs = since();
      };
      video.addEventListener('error', () => note('fatal', 'video', state().error));
      video.addEventListener('waiting', () => stalls.push({ from: performance.now() }));
      video.addEventListener('playing', moves);
      video.addEventListener('timeupdate', moves);
      video.requestVideoFrameCallback(() => (firstFrameMs = since()));
      await within(timeout, 'loading', adapter.load(video, url));
      const loadedMs = since();
      video.play().catch((e) => note('warning', 'play', e.message));
      return { version: adapter.version(), loadedMs };
    },
    // Waits until `seconds` have truly been played from here: small steps of currentTime add up, jumps do not count.
    async progress(seconds, timeout) {
      const start = performance.now();
      const stallsBefore = stalls.length;
      const before = state();
      let last = before;
      let wall = start;
      let from = null;
      let played = 0;
      let jumps = 0;
      while (performance.now() - start < timeout && played < seconds) {
        await sleep(100);
        const now = performance.now();
        const next = state();
        const step = next.t - last.t;
        if (step > 0 && step <= ((now - wall) / 1000) * 1.5 + 0.25 && !next.seeking) {
          from ??= last.t;
          played += step;
        } else if (step) jumps++;
        last = next;
        wall = now;
        if (fatal() || last.error || last.ended) break;
      }
      const stalledMs = stalls.slice(stallsBefore).reduce((sum, s) => sum + (s.ms ?? performance.now() - s.from), 0);
      return {
        ok: played >= seconds - 0.05 && !last.error && !fatal(),
        from: from ?? before.t,
        to: last.t,
        seconds,
        jumps,
        frames: last.frames - before.frames,
        dropped: last.dropped - before.dropped,
        audio: last.audioBytes - before.audioBytes,
        stalledMs: Math.round(stalledMs),
        state: last,
      };
    },
    seek(t) {
      video.currentTime = t;
      if (video.paused || video.ended) video.play().catch(() => {});
    },
    async ended(timeout) {
      const start = performance.now();
      const over = () => video.ended || !!adapter.hasEnded?.();
      while (!over() && performance.now() - start < timeout && !fatal()) await sleep(100);
      return { ...state(), over: over() };
    },
    tracks: () => ({
      variants: adapter.variants(),
      audio: adapter.audio(),
      text: adapter.text(),
      range: adapter.seekRange(video),
    }),
    setAudio: (id) => adapter.setAudio(id),
    setText: (id) => adapter.setText(id),
    setVariant: (id) => adapter.setVariant(id),
    // What is on the screen: cues of text tracks, or, where a player draws TTML itself, the words it drew.
    cues: () => {
      const drawn = ttml.innerText.trim();
      const cues = shown('activeCues')
        .map(plain)
        .filter((cue) => cue.text);
      return cues.length || !drawn ? cues : [{ start: null, end: null, text: drawn }];
    },
    allCues: () =>
      shown('allCues')
        .map(plain)
        .filter((cue) => cue.text),
    state,
    mse,
    clock: clockFaults,
    events: () => events,
    refused: () => [...refused],
    startup: () => ({ firstFrameMs, firstPlayMs }),
    mpd: (text, base) => readMpd(text, base),
  };
})();
