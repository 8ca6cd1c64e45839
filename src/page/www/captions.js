// Cues as a browser shows them over the video.

/** Shows the cues of a text track in place of those that were shown; `null` shows none. */
export class Captions {
  #track = null;

  constructor(video) {
    this.video = video;
  }

  show(list, label = '', language = '') {
    if (this.#track) {
      [...(this.#track.cues ?? [])].forEach((cue) => this.#track.removeCue(cue));
      this.#track.mode = 'disabled';
    }
    if (!list) return;
    this.#track ??= this.video.addTextTrack('captions', label, language === 'und' ? '' : language);
    this.#track.mode = 'showing';
    for (const { start, end, shown, text, settings } of list) {
      const cue = new VTTCue(start / 1000, end / 1000, shown ?? text);
      for (const setting of settings.split(/\s+/)) place(cue, setting);
      this.#track.addCue(cue);
    }
  }
}

/** A cue setting of WebVTT. What cannot be read is left as it is by default. */
function place(cue, setting) {
  const [name, value = ''] = setting.split(':');
  const [amount, align] = value.split(',');
  const number = Number.parseFloat(amount);
  try {
    if (name === 'align') cue.align = value;
    else if (name === 'vertical') cue.vertical = value;
    else if (name === 'size' && number >= 0) cue.size = number;
    else if (name === 'position' && number >= 0) {
      cue.position = number;
      if (align) cue.positionAlign = align;
    } else if (name === 'line' && !Number.isNaN(number)) {
      cue.snapToLines = !amount.endsWith('%');
      cue.line = number;
      if (align) cue.lineAlign = align;
    }
  } catch {
    // Not one that this browser knows.
  }
}
