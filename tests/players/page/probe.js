// Runs in the page before any player: what Media Source Extensions saw, whatever the player, and the events of all.
window.probe = (() => {
  const events = []; // {t, level: 'fatal' | 'error' | 'warning', source, text}
  const note = (level, source, text) =>
    events.push({ t: Math.round(performance.now()), level, source, text: String(text).slice(0, 400) });

  const buffers = [];
  const codecsSeen = new Set();
  const refused = new Set();
  const ranges = (r) => Array.from({ length: r.length }, (_, i) => [+r.start(i).toFixed(3), +r.end(i).toFixed(3)]);
  const bytesOf = (data) =>
    data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const four = (b, at) => String.fromCharCode(...b.subarray(at, at + 4));
  const hex = (n) => n.toString(16).padStart(2, '0');
  function find(b, name, from = 0) {
    const [w, x, y, z] = [...name].map((c) => c.charCodeAt(0));
    for (let i = from; i < b.length - 4; i++)
      if (b[i] === w && b[i + 1] === x && b[i + 2] === y && b[i + 3] === z) return i;
    return -1;
  }

  // The RFC 6381 string that an init segment deserves, as far as this knows.
  function codecOfInit(b) {
    const stsd = find(b, 'stsd');
    if (stsd < 0) return null;
    const entry = four(b, stsd + 16);
    if (entry === 'avc1' || entry === 'avc3') {
      const i = find(b, 'avcC', stsd);
      return i < 0 ? entry : `${entry}.${hex(b[i + 5])}${hex(b[i + 6])}${hex(b[i + 7])}`;
    }
    if (entry !== 'mp4a') return entry;
    let i = find(b, 'esds', stsd);
    if (i < 0) return entry;
    const skipLength = () => {
      while (b[i++] & 0x80);
    };
    i += 9;
    skipLength(); // ES_Descriptor
    i += 4;
    skipLength(); // DecoderConfigDescriptor, no optional fields before it
    const objectType = b[i];
    i += 13;
    if (objectType !== 0x40 || b[i++] !== 5) return `mp4a.${hex(objectType)}`;
    skipLength();
    const aot = b[i] >> 3;
    return `mp4a.40.${aot === 31 ? 32 + (((b[i] & 7) << 3) | (b[i + 1] >> 5)) : aot}`;
  }

  // Calls `see(type, from, to, view)` for each box, going into those that hold others.
  function boxes(b, from, to, see) {
    const view = new DataView(b.buffer, b.byteOffset, b.byteLength);
    for (let i = from; i + 8 <= to;) {
      let size = view.getUint32(i);
      let head = 8;
      if (size === 1 && i + 16 <= to) {
        size = Number(view.getBigUint64(i + 8));
        head = 16;
      }
      if (size < head) return;
      const type = four(b, i + 4);
      const end = Math.min(i + size, to);
      const parent = /^(moov|trak|mdia|mvex|moof|traf)$/.test(type);
      if (parent || i + size <= to) see(type, i + head, end, view);
      if (parent) boxes(b, i + head, end, see);
      i += size;
    }
  }

  // The media's own clock: for each appended segment its decode time and length in seconds, as its boxes say. A player
  // may hide a wrong clock (Shaka appends HLS in sequence mode), so it is read from the bytes.
  function readClock(record, b) {
    let segment = null;
    let defaultDuration = 0;
    boxes(b, 0, b.length, (type, at, end, view) => {
      const flags = () => view.getUint32(at) & 0xffffff;
      if (type === 'moov') {
        record.init = (record.init ?? 0) + 1;
        record.scale = record.sample = 0;
      }
      if (type === 'mdhd') record.scale = view.getUint32(at + (b[at] ? 20 : 12));
      if (type === 'trex') record.sample = view.getUint32(at + 12);
      if (type === 'moof') defaultDuration = 0;
      if (type === 'tfhd') {
        const f = flags();
        const offset = 8 + (f & 1 ? 8 : 0) + (f & 2 ? 4 : 0);
        defaultDuration = f & 8 ? view.getUint32(at + offset) : (record.sample ?? 0);
      }
      if (type === 'tfdt' && record.scale) {
        const ticks = b[at] ? Number(view.getBigUint64(at + 4)) : view.getUint32(at + 4);
        segment ??= { t: ticks / record.scale, d: 0 };
      }
      if (type === 'trun' && segment && record.scale) {
        const f = flags();
        const count = view.getUint32(at + 4);
        const step = [0x100, 0x200, 0x400, 0x800].filter((flag) => f & flag).length * 4;
        const first = at + 8 + (f & 1 ? 4 : 0) + (f & 4 ? 4 : 0);
        let ticks = 0;
        for (let k = 0; k < count; k++) ticks += f & 0x100 ? view.getUint32(first + k * step) : defaultDuration;
        segment.d += ticks / record.scale;
      }
    });
    if (segment) record.clock.push({ init: record.init, t: +segment.t.toFixed(3), d: +segment.d.toFixed(3) });
  }

  // What is wrong with that clock while a stream is played on without seeks: holes, and steps back. After a switch of
  // rendition a player may go back to where an earlier segment started.
  function clockFaults() {
    const faults = [];
    const start = {};
    const near = (a, b) => Math.abs(a - b) <= 0.1;
    for (const record of buffers) {
      if (record.clock.length) start[record.type] ??= Math.min(...record.clock.map((c) => c.t));
      record.clock.forEach((c, i) => {
        const before = record.clock[i - 1];
        if (!before || !(before.d > 0) || near(c.t, before.t + before.d) || near(c.t, before.t)) return;
        if (before.init !== c.init && record.clock.slice(0, i).some((earlier) => near(c.t, earlier.t))) return;
        faults.push(
          `${record.type} segment at ${c.t} s follows one that ends at ${(before.t + before.d).toFixed(3)} s`,
        );
      });
    }
    return { faults: faults.slice(0, 5), start };
  }

  const addSourceBuffer = MediaSource.prototype.addSourceBuffer;
  MediaSource.prototype.addSourceBuffer = function (mime) {
    let sourceBuffer;
    try {
      sourceBuffer = addSourceBuffer.call(this, mime);
    } catch (error) {
      refused.add(mime);
      note('error', 'mse', `addSourceBuffer(${mime}): ${error.message}`);
      throw error;
    }
    const record = { mime, mimes: [mime], sourceBuffer, appends: 0, bytes: 0, clock: [], type: mime.split('/')[0] };
    sourceBuffer.addEventListener('error', () => note('error', 'mse', `SourceBuffer error on ${record.mime}`));
    buffers.push(record);
    sourceBuffer.probeRecord = record;
    return sourceBuffer;
  };
  const appendBuffer = SourceBuffer.prototype.appendBuffer;
  SourceBuffer.prototype.appendBuffer = function (data) {
    const b = bytesOf(data);
    const record = this.probeRecord;
    if (record) {
      record.appends++;
      record.bytes += b.length;
      try {
        readClock(record, b);
      } catch (error) {
        note('warning', 'clock', error.message);
      }
    }
    if (find(b.subarray(0, 4096), 'moov') > 0) {
      const codec = codecOfInit(b);
      if (codec) codecsSeen.add(codec);
    }
    return appendBuffer.call(this, data);
  };
  const changeType = SourceBuffer.prototype.changeType;
  SourceBuffer.prototype.changeType = function (mime) {
    if (this.probeRecord) this.probeRecord.mimes.push((this.probeRecord.mime = mime));
    return changeType.call(this, mime);
  };
  const isTypeSupported = MediaSource.isTypeSupported;
  MediaSource.isTypeSupported = (mime) => {
    const ok = isTypeSupported.call(MediaSource, mime);
    if (!ok) refused.add(mime);
    return ok;
  };

  const mse = () => ({
    buffers: buffers.flatMap((record) => {
      try {
        const { type, mimes, appends, bytes } = record;
        return [{ type, mimes, appends, bytes, buffered: ranges(record.sourceBuffer.buffered) }];
      } catch {
        return []; // removed from its media source
      }
    }),
    codecsSeen: [...codecsSeen],
  });

  // One vocabulary for what a player says that a track is for.
  const MEANINGS = {
    'public.accessibility.describes-video': 'description',
    'public.accessibility.describes-music-and-sound': 'sdh',
    'public.accessibility.transcribes-spoken-dialog': 'sdh',
    'public.easy-to-read': 'easyreader',
    caption: 'sdh',
    captions: 'sdh',
    'forced-subtitle': 'forced',
    'enhanced-audio-intelligibility': 'clear-dialogue',
  };
  const meaning = (list) => [...new Set(list.filter(Boolean).map((word) => MEANINGS[word] ?? word))];

  return { note, events, refused, ranges, mse, clockFaults, meaning };
})();
