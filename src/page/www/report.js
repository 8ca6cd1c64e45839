// The accessibility report: what each asset offers to those who do not see or hear all of it, to be read, printed, kept.

import { ask, at, fetched } from './api.js';
import { afterPause, h, say, show } from './dom.js';
import { address, note } from './router.js';
import { lamp } from './signs.js';
import { complain } from './toast.js';
import { languageName, plural } from './words.js';

const OFFERS = [
  ['audio_description', 'Audio description'],
  ['captions', 'Captions'],
  ['subtitles', 'Subtitles'],
  ['forced_subtitles', 'Forced'],
  ['clear_dialogue', 'Clear dialogue'],
  ['easy_reader', 'Easy to read'],
];
const FEATURES = { audio_description: 'Audio description', captions: 'Captions' };
/** Assets that are asked for at once: the server looks at so many and lets them go. */
const PAGE = 200;
/** Assets that are drawn at once; where it is printed, all. */
const STEP = 200;

export async function reportView({ query, main }) {
  let assets = []; // those that were looked at so far
  let shown = 0; // of those that are wanted
  let under = null;
  let loading = null;

  const only = h('input', {
    type: 'checkbox',
    id: 'only-missing',
    checked: query.get('only') === 'missing',
    onchange: () => begin(),
  });
  const prefix = h('input', {
    type: 'search',
    id: 'prefix',
    value: query.get('prefix') ?? '',
    placeholder: 'All folders',
    oninput: afterPause(400, () => prefix.isConnected && load()),
  });
  const verdict = h('p', { class: 'verdict' });
  const sums = h('div', {});
  const caption = h('caption', {});
  const rows = h('tbody', {});
  const more = h('button', { type: 'button', class: 'more', hidden: true, onclick: () => add(STEP) }, 'Show more');

  /** Page after page, each drawn as it comes. */
  function load() {
    under?.abort();
    under = new AbortController();
    assets = [];
    begin();
    tell(lamp('wait'), 'Assets are looked at…');
    show(sums);
    loading = bring(under.signal).catch((error) => {
      if (error.name === 'AbortError') return;
      tell(lamp('error'), 'The report could not be had.');
      complain(error);
    });
  }

  async function bring(signal) {
    let cursor = '';
    do {
      const page = await ask(path({ limit: PAGE, cursor }), { signal });
      assets.push(...page.assets);
      cursor = page.next ?? '';
      add(Math.max(0, STEP - shown));
      if (cursor) tell(lamp('wait'), `${plural(assets.length, 'asset')} looked at, and there are more…`);
    } while (cursor);
    judge();
  }

  const path = (more) => {
    const asked = Object.entries({ ...more, prefix: prefix.value.trim() }).filter(([, value]) => value);
    return `${at('report', 'accessibility')}?${new URLSearchParams(asked)}`;
  };
  const tell = (...what) => show(verdict, ...what);

  function judge() {
    const lacking = assets.filter((asset) => asset.missing.length).length;
    const words = lacking
      ? `${plural(lacking, 'asset')} of ${assets.length.toLocaleString('en')} ${lacking === 1 ? 'lacks' : 'lack'} audio description or captions in a language`
      : `All ${plural(assets.length, 'asset')} have audio description and captions in every language of their sound`;
    tell(lamp(lacking ? 'warning' : 'good'), words);
    show(sums, totals(assets));
    say(words);
  }

  /** The table from its first row on. */
  function begin() {
    note(['report'], { only: only.checked ? 'missing' : '', prefix: prefix.value.trim() });
    caption.textContent = only.checked ? 'Assets that lack something' : 'Assets, language by language of their sound';
    show(rows);
    shown = 0;
    add(STEP);
  }

  function add(count) {
    const wanted = assets.filter((asset) => !only.checked || asset.missing.length || asset.problem);
    rows.append(...wanted.slice(shown, shown + count).flatMap(assetRows));
    shown = Math.min(shown + count, wanted.length);
    more.hidden = shown === wanted.length;
  }

  const whole = () => add(assets.length);
  addEventListener('beforeprint', whole);

  /** A report on paper has every asset. */
  async function printed() {
    await loading;
    print();
  }

  async function csv() {
    try {
      const answer = await fetched(path({ format: 'csv' }));
      const link = h('a', { href: URL.createObjectURL(await answer.blob()), download: 'accessibility.csv' });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    } catch (error) {
      complain(error);
    }
  }

  show(
    main,
    h(
      'div',
      { class: 'bar' },
      h('h1', { tabindex: -1 }, 'Accessibility'),
      h(
        'p',
        { class: 'about' },
        'What viewers are offered who do not see or hear all of it. Hidden tracks do not count. The law asks for audio description (EN 301 549 7.2, WCAG 1.2.5) and captions (7.1, 1.2.2).',
      ),
    ),
    h(
      'div',
      { class: 'filters no-print' },
      h('div', { class: 'field' }, h('label', { for: 'prefix' }, 'Folder begins with'), prefix),
      h('div', { class: 'tick' }, only, h('label', { for: 'only-missing' }, 'Only what lacks something')),
      h(
        'div',
        { class: 'buttons' },
        h('button', { type: 'button', onclick: csv }, 'Save as CSV'),
        h('button', { type: 'button', onclick: printed }, 'Print'),
      ),
    ),
    h('p', { class: 'print-only' }, `Signalbox, ${new Date().toLocaleDateString(undefined, { dateStyle: 'long' })}`),
    verdict,
    sums,
    h(
      'div',
      { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': 'Assets' },
      h(
        'table',
        { class: 'report' },
        caption,
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['Asset', 'Language', ...OFFERS.map(([, name]) => name), 'Sign', 'Missing'].map((name) =>
              h('th', { scope: 'col' }, name),
            ),
          ),
        ),
        rows,
      ),
    ),
    more,
  );
  load();
  return {
    title: 'Accessibility',
    leave: () => {
      under.abort();
      removeEventListener('beforeprint', whole);
    },
  };
}

function totals(assets) {
  const missing = new Map();
  for (const asset of assets)
    for (const { feature, language } of asset.missing) {
      const key = `${feature} ${language}`;
      missing.set(key, (missing.get(key) ?? 0) + 1);
    }
  const list = [...missing].sort(([, a], [, b]) => b - a).slice(0, 8);
  return list.length
    ? h(
        'ul',
        { class: 'totals' },
        list.map(([key, count]) => {
          const [feature, language] = key.split(' ');
          return h(
            'li',
            {},
            h('b', {}, count.toLocaleString('en')),
            ` ${FEATURES[feature]}, ${languageName(language)}`,
          );
        }),
      )
    : null;
}

function assetRows(asset) {
  const link = h('a', { href: address(['asset', asset.asset]) }, asset.title ?? asset.asset);
  if (asset.problem)
    return [
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, link),
        h('td', { colspan: OFFERS.length + 3 }, lamp('error'), ' ', asset.problem.split('\n')[0]),
      ),
    ];
  const languages = asset.languages.length ? asset.languages : [null];
  return languages.map((language, place) => {
    const missing = asset.missing.filter((one) => one.language === language?.language);
    return h(
      'tr',
      { class: place ? '' : 'first' },
      place
        ? h('td', { class: 'same' }, h('span', { class: 'unseen' }, asset.title ?? asset.asset))
        : h('th', { scope: 'row' }, link),
      h('td', {}, language ? languageName(language.language) : 'no sound'),
      OFFERS.map(([field]) => offer(language, field, missing)),
      place ? h('td', {}) : tick(asset.sign_language.length > 0, asset.sign_language.join(', ')),
      h(
        'td',
        {},
        missing.map((one) =>
          h('span', { class: 'missing' }, lamp('warning'), `${FEATURES[one.feature]} `, h('small', {}, one.clause)),
        ),
      ),
    );
  });
}

function offer(language, field, missing) {
  if (!language) return h('td', {});
  const tracks = [...language[field], ...(field === 'captions' ? language.closed_captions : [])];
  const lacks = missing.some((one) => one.feature === field);
  if (tracks.length) return tick(true, tracks.join(', '));
  if (field === 'captions' && language.automatic_captions.length)
    return h('td', {}, h('small', {}, 'by a machine only'));
  return lacks ? h('td', {}, h('span', { class: 'no' }, 'no')) : tick(false);
}

const tick = (is, title = '') =>
  h('td', { title }, is ? h('span', { class: 'yes' }, 'yes') : h('span', { class: 'none' }, '–'));
