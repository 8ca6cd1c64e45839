// The catalogue: every asset at a glance, page by page, narrowed down by search and filters.

import { ask, at } from './api.js';
import { afterPause, h, say, show } from './dom.js';
import { posterFor } from './poster.js';
import { address, note } from './router.js';
import { lamp, plate } from './signs.js';
import { complain } from './toast.js';
import { clock, languageName, plural } from './words.js';

const PAGE = 48;
const FILTERS = {
  missing: [
    'Missing',
    [
      ['', 'Anything'],
      ['any', 'Something is missing'],
      ['description', 'No audio description'],
      ['captions', 'No captions'],
    ],
  ],
  lint: [
    'Signals',
    [
      ['', 'Any'],
      ['error', 'Errors'],
      ['warning', 'Warnings or worse'],
      ['notice', 'Any finding'],
    ],
  ],
};

export async function catalogueView({ query, main }) {
  const wanted = {
    search: query.get('search') ?? '',
    missing: query.get('missing') ?? '',
    lint: query.get('lint') ?? '',
    language: query.get('language') ?? '',
  };
  let next = null;
  let under = null; // the request that is under way
  let count = 0;

  const list = h('ul', { class: 'cards', 'aria-label': 'Assets' });
  const status = h('p', { class: 'count', role: 'status' });
  const more = h('button', { type: 'button', class: 'more', hidden: true, onclick: () => load() }, 'Show more');
  const search = h('input', {
    type: 'search',
    id: 'search',
    value: wanted.search,
    placeholder: 'Name or title',
    oninput: afterPause(250, () => narrow('search', search.value)),
  });
  const language = h('input', {
    id: 'language',
    value: wanted.language,
    size: 8,
    placeholder: 'en, de …',
    oninput: afterPause(400, () => narrow('language', language.value.trim())),
  });
  const selects = Object.entries(FILTERS).map(([name, [label, choices]]) =>
    h(
      'div',
      { class: 'field' },
      h('label', { for: name }, label),
      h(
        'select',
        { id: name, onchange: (event) => narrow(name, event.target.value) },
        choices.map(([value, text]) => h('option', { value, selected: wanted[name] === value }, text)),
      ),
    ),
  );
  const drawer = posterFor();

  function narrow(name, value) {
    // A pause after the last letter may end when the view is left.
    if (wanted[name] === value || !list.isConnected) return;
    wanted[name] = value;
    note([], wanted);
    begin();
  }

  function begin() {
    under?.abort();
    under = null;
    next = null;
    count = 0;
    drawer.reset();
    show(list);
    load();
  }

  async function load() {
    if (under) return;
    const mine = (under = new AbortController());
    more.disabled = true;
    status.textContent = count ? `${plural(count, 'asset')} shown, looking for more…` : 'Looking…';
    try {
      let added = 0;
      // A page may be short where filters leave most out.
      do {
        const asked = new URLSearchParams(
          Object.entries({ ...wanted, limit: PAGE, cursor: next ?? '' }).filter(([, value]) => value),
        );
        const page = await ask(`${at('assets')}?${asked}`, { signal: mine.signal });
        const cards = page.assets.map((asset) => card(asset, drawer));
        list.append(...cards);
        added += cards.length;
        count += cards.length;
        next = page.next ?? null;
        if (next && added < PAGE) status.textContent = `${plural(count, 'asset')} found, still looking…`;
      } while (next && added < PAGE / 2);
      status.textContent =
        count === 0 ? nothing() : `${plural(count, 'asset')} shown${next ? ', and there are more' : ''}`;
      if (added && count > added) say(`${plural(added, 'more asset')}`);
    } catch (error) {
      if (error.name === 'AbortError') return;
      status.textContent = 'The list could not be had.';
      complain(error);
    } finally {
      if (under === mine) {
        under = null;
        more.disabled = false;
        more.hidden = !next;
      }
    }
  }

  const nothing = () =>
    Object.values(wanted).some(Boolean)
      ? 'No asset is like that.'
      : 'There are no assets here yet: put a folder with media into the store.';

  const watch = new IntersectionObserver((seen) => seen.some((entry) => entry.isIntersecting) && next && load(), {
    rootMargin: '800px',
  });
  show(
    main,
    h('div', { class: 'bar' }, h('h1', { tabindex: -1 }, 'Catalogue'), status),
    h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      h('div', { class: 'field grow' }, h('label', { for: 'search' }, 'Search'), search),
      selects,
      h('div', { class: 'field' }, h('label', { for: 'language' }, 'Language'), language),
    ),
    list,
    more,
  );
  watch.observe(more);
  await load();
  return {
    title: 'Catalogue',
    leave: () => {
      watch.disconnect();
      under?.abort();
      drawer.reset();
    },
  };
}

function card(asset, drawer) {
  const counts = asset.tracks;
  const picture = h('div', { class: 'poster' });
  drawer.add(picture, asset);
  const [kind, text] = signal(asset);
  return h(
    'li',
    { class: 'card' },
    h(
      'article',
      {},
      picture,
      h(
        'div',
        { class: 'body' },
        h('h2', {}, h('a', { href: address(['asset', asset.name]) }, asset.title ?? asset.name)),
        h(
          'p',
          { class: 'path' },
          asset.name,
          asset.duration ? h('span', { class: 'time' }, clock(asset.duration)) : null,
        ),
        asset.problem
          ? h('p', { class: 'problem' }, asset.problem.split('\n')[0])
          : [
              h('p', { class: 'plates' }, coverage(asset)),
              h(
                'p',
                { class: 'languages' },
                kindOf('Sound', asset.languages.audio),
                kindOf('Text', asset.languages.text),
                counts.hidden ? h('span', { class: 'hidden-count' }, `${counts.hidden} hidden`) : null,
              ),
            ],
        h('p', { class: 'state' }, lamp(kind), text),
      ),
    ),
  );
}

function kindOf(what, tags) {
  if (!tags.length) return null;
  return h(
    'span',
    { title: tags.map(languageName).join(', ') },
    h('span', { class: 'unseen' }, `${what}: ${tags.map(languageName).join(', ')}`),
    h(
      'span',
      { 'aria-hidden': 'true' },
      h('b', {}, what),
      ` ${tags.slice(0, 4).join(' ')}${tags.length > 4 ? ` +${tags.length - 4}` : ''}`,
    ),
  );
}

/** What lint says, as a signal. */
export function signal({ findings: { errors, warnings, notices }, worst, problem }) {
  if (problem) return ['error', 'Cannot be served'];
  if (errors) return ['error', plural(errors, 'error')];
  if (warnings) return ['warning', plural(warnings, 'warning')];
  if (notices) return ['notice', plural(notices, 'notice')];
  return worst ? [worst, worst] : ['good', 'In order'];
}

function coverage({ coverage: has, tracks }) {
  const of = (letters, name, there, missing) => {
    const has = there.length ? `${name}: ${there.map(languageName).join(', ')}` : '';
    const lacks = missing.length ? `${name} missing for ${missing.map(languageName).join(', ')}` : '';
    if (has && lacks) return plate(`${letters} ${there.slice(0, 2).join(' ')}`, 'some', `${has}; ${lacks}`);
    return plate(letters, lacks ? 'lacks' : has ? 'has' : 'none', lacks || has || `no ${name}`);
  };
  return [
    tracks.video || has.description.length
      ? of('AD', 'audio description', has.description, has.description_missing)
      : null,
    of('CC', 'captions', has.captions, has.captions_missing),
    has.forced.length ? plate('F', 'has', `forced subtitles: ${has.forced.map(languageName).join(', ')}`) : null,
    has.sign ? plate('SL', 'has', 'sign language') : null,
  ];
}
