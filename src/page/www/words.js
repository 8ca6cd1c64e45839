// How times, sizes, languages and purposes are said to people.

const languages = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** `en-GB` as `British English`. */
export function languageName(tag) {
  if (!tag || tag === 'und') return 'not said';
  try {
    return languages.of(tag);
  } catch {
    return tag;
  }
}

/** Seconds as `1:02:03`, with tenths where asked. */
export function clock(seconds, digits = 0) {
  const all = Math.max(0, seconds);
  const unit = 10 ** digits;
  const whole = Math.floor(Math.round(all * unit) / unit);
  const part = digits ? '.' + String(Math.round(all * unit) % unit).padStart(digits, '0') : '';
  const two = (n) => String(n).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return (hours ? `${hours}:${two(minutes)}` : `${minutes}`) + `:${two(whole % 60)}${part}`;
}

/** Milliseconds as `0:03.500`. */
export const exact = (milliseconds) => clock(milliseconds / 1000, 3);

/** `1:02:03.456` in milliseconds; `null` where it is no time. */
export function milliseconds(text) {
  const found = /^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?\s*$/.exec(text);
  if (!found) return null;
  const [, hours = 0, minutes, seconds, part = '0'] = found;
  if (minutes > 59 || seconds > 59) return null;
  return ((+hours * 60 + +minutes) * 60 + +seconds) * 1000 + +part.padEnd(3, '0');
}

export function bytes(count) {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let place = 0;
  for (; count >= 1000 && place < units.length - 1; place++) count /= 1000;
  return `${place && count < 10 ? count.toFixed(1) : Math.round(count)} ${units[place]}`;
}

export const bitRate = (bits) =>
  bits >= 1e6 ? `${(bits / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bits / 1000)} kbit/s`;
export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
export const when = (time) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** What a track is for: the words of the document and those of people, by type. */
export const PURPOSES = {
  video: [
    ['main', 'The picture'],
    ['sign', 'Sign language'],
    ['alternate', 'Another view'],
    ['supplementary', 'Supplement'],
  ],
  audio: [
    ['main', 'The original sound'],
    ['dub', 'Translated speech'],
    ['description', 'Audio description'],
    ['commentary', 'Commentary'],
    ['enhanced-audio-intelligibility', 'Clear dialogue'],
    ['alternate', 'Another mix'],
    ['supplementary', 'Supplement'],
    ['karaoke', 'Without the lead voice'],
    ['emergency', 'Emergency'],
  ],
  text: [
    ['subtitle', 'Subtitles'],
    ['caption', 'Captions for the deaf'],
    ['forced-subtitle', 'Forced subtitles'],
    ['easyreader', 'Easy to read'],
    ['description', 'Text for a screen reader'],
    ['commentary', 'Commentary'],
    ['metadata', 'Nothing to show'],
  ],
};

export function purposeName(type, role) {
  return PURPOSES[type]?.find(([word]) => word === role)?.[1] ?? role;
}

const KINDS = {
  subtitles: 'Subtitles',
  captions: 'Captions for the deaf',
  forced: 'Forced subtitles',
  sign: 'Sign language',
  narration: 'Narration to be mixed in',
};

/** What a track is for where no role says it: as players are told, from the file or its flags. */
export function kindName({ type, shown }) {
  const kind = shown?.kind;
  return kind ? (KINDS[kind] ?? purposeName(type, kind)) : PURPOSES[type][0][1];
}

export const TYPES = { video: 'Picture', audio: 'Sound', text: 'Text' };

/** What the file says of a track, in a line. */
export function facts(track) {
  const media = track.media;
  if (!media) return '';
  const said = [];
  if (media.width) said.push(`${media.width}×${media.height}`);
  if (media.channels)
    said.push(
      media.channels === 1
        ? 'mono'
        : media.channels === 2
          ? 'stereo'
          : media.channels === 6
            ? '5.1'
            : `${media.channels} channels`,
    );
  if (media.cues !== undefined) said.push(plural(media.cues, 'cue'));
  else said.push(bitRate(media.average_bit_rate));
  said.push(clock(media.duration));
  return said.join(' · ');
}
