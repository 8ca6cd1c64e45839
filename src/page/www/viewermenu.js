// The menus that viewers will see, read from the very manifest that their players get.

import { h } from './dom.js';
import { languageName } from './words.js';

/** Lines of the audio and text menus of an HLS multivariant playlist (RFC 8216bis 4.4.6.1). */
export function menusOf(playlist) {
  const menus = { AUDIO: new Map(), SUBTITLES: new Map() };
  for (const line of (playlist ?? '').split('\n')) {
    if (!line.startsWith('#EXT-X-MEDIA:')) continue;
    const said = attributes(line.slice('#EXT-X-MEDIA:'.length));
    // Forced subtitles are shown unasked, and are in no menu. One line is in the group of each codec.
    if (menus[said.TYPE] && said.FORCED !== 'YES') menus[said.TYPE].set(said.NAME, said);
  }
  return { audio: [...menus.AUDIO.values()], text: [...menus.SUBTITLES.values()] };
}

function attributes(text) {
  const found = {};
  for (const [, name, quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^",]*))/g))
    found[name] = quoted ?? plain;
  return found;
}

const PURPOSES = [
  ['public.accessibility.describes-video', 'AD', 'audio description'],
  ['public.accessibility.transcribes-spoken-dialog', 'CC', 'for the deaf'],
  ['public.accessibility.enhances-speech-intelligibility', 'clear', 'clear dialogue'],
  ['public.easy-to-read', 'easy', 'easy to read'],
  ['public.machine-generated', 'auto', 'made by a machine'],
];

/** The menus, drawn as a player would. */
export function viewerMenu(playlist, title) {
  const { audio, text } = menusOf(playlist);
  const list = (name, items, off) =>
    h(
      'div',
      { class: 'viewer-list' },
      h('h4', {}, name),
      items.length || off
        ? h(
            'ul',
            {},
            off ? h('li', { class: items.some((item) => item.DEFAULT === 'YES') ? '' : 'chosen' }, 'Off') : null,
            items.map((item) =>
              h(
                'li',
                { class: item.DEFAULT === 'YES' ? 'chosen' : '' },
                h('span', {}, item.NAME),
                h(
                  'small',
                  {},
                  [
                    languageName(item.LANGUAGE),
                    ...PURPOSES.filter(([tag]) => item.CHARACTERISTICS?.split(',').includes(tag)).map(
                      ([, , words]) => words,
                    ),
                  ].join(' · '),
                ),
              ),
            ),
          )
        : h('p', {}, 'nothing to choose'),
    );
  return h(
    'section',
    { class: 'viewer-menu', 'aria-label': title },
    h('h3', {}, title),
    list('Audio', audio, false),
    list('Subtitles', text, text.length > 0),
  );
}
