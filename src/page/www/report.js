// The accessibility report: what each asset offers to those who do not see or hear all of it, to be read, printed, kept.

import { ask, at, fetched } from './api.js';
import { afterPause, h, show } from './dom.js';
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
/** Rows that are drawn at once: a large catalogue comes in parts, and whole where it is printed. */
const STEP = 200;

export async function reportView({ query, main }) {
  const body = h('div', {});
  const only = h('input', {
    type: 'checkbox',
    id: 'only-missing',
    checked: query.get('only') === 'missing',
    onchange: () => draw(),
  });
  const prefix = h('input', {
    type: 'search',
    id: 'prefix',
    value: query.get('prefix') ?? '',
    placeholder: 'All folders',
    oninput: afterPause(400, () => load()),
  });
  let report = null;

  async function load() {
    show(body, h('p', { class: 'waiting' }, 'Every asset is looked at; of a large catalogue that takes a while…'));
    try {
      report = await ask(path('json'));
      draw();
    } catch (error) {
      show(body, h('p', { class: 'problem', role: 'alert' }, error.message));
    }
  }

  const path = (format) =>
    `${at('report', 'accessibility')}?${new URLSearchParams(Object.entries({ format, prefix: prefix.value.trim() }).filter(([, value]) => value))}`;

  function draw() {
    note(['report'], { only: only.checked ? 'missing' : '', prefix: prefix.value.trim() });
    const assets = report.assets.filter((asset) => !only.checked || asset.missing.length || asset.problem);
    const table = h('tbody', {});
    const more = h('button', { type: 'button', class: 'more' }, 'Show more');
    let shown = 0;
    const add = (count) => {
      table.append(...assets.slice(shown, shown + count).flatMap(assetRows));
      shown += count;
      more.hidden = shown >= assets.length;
    };
    more.addEventListener('click', () => add(STEP));
    whole = () => add(assets.length);
    add(STEP);
    const lacking = report.assets.filter((asset) => asset.missing.length).length;
    show(
      body,
      h(
        'p',
        { class: 'verdict' },
        lamp(lacking ? 'warning' : 'good'),
        lacking
          ? `${plural(lacking, 'asset')} of ${report.assets.length.toLocaleString('en')} ${lacking === 1 ? 'lacks' : 'lack'} audio description or captions in a language`
          : `All ${plural(report.assets.length, 'asset')} have audio description and captions in every language of their sound`,
      ),
      totals(report),
      h(
        'div',
        { class: 'table-holder', tabindex: 0, role: 'region', 'aria-label': 'Assets' },
        h(
          'table',
          { class: 'report' },
          h('caption', {}, only.checked ? 'Assets that lack something' : 'Assets, language by language of their sound'),
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
          table,
        ),
      ),
      more,
    );
  }

  let whole = () => {};
  const beforePrint = () => whole();
  addEventListener('beforeprint', beforePrint);

  async function csv() {
    try {
      const answer = await fetched(path('csv'));
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
        h('button', { type: 'button', onclick: () => print() }, 'Print'),
      ),
    ),
    h('p', { class: 'print-only' }, `Signalbox, ${new Date().toLocaleDateString(undefined, { dateStyle: 'long' })}`),
    body,
  );
  await load();
  return { title: 'Accessibility', leave: () => removeEventListener('beforeprint', beforePrint) };
}

function totals(report) {
  const missing = new Map();
  for (const asset of report.assets)
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
