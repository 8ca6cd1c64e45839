// The track table: every word editable where it stands, with the rule beside it where one stands in the way.

import { ask, at, patch, Refused } from './api.js';
import { confirm } from './dialog.js';
import { h, show, unique } from './dom.js';
import { written } from './draft.js';
import { tickMenu } from './menu.js';
import { session } from './session.js';
import { lamp } from './signs.js';
import { complain, toast } from './toast.js';
import { facts, kindName, languageName, purposeName, PURPOSES, TYPES } from './words.js';

const COLUMNS = ['Track', 'Label', 'Language', 'Purpose', 'Default', 'Forced', 'Viewers', ''];

export function trackTable(desk) {
  const body = h('tbody', {});
  const element = h(
    'div',
    { class: 'table-holder' },
    h(
      'table',
      { class: 'track-table' },
      h('caption', { class: 'unseen' }, 'Tracks of this asset'),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          COLUMNS.map((name) =>
            name ? h('th', { scope: 'col' }, name) : h('td', {}, h('span', { class: 'unseen' }, 'Remove')),
          ),
        ),
      ),
      body,
    ),
    h(
      'datalist',
      { id: 'languages' },
      [
        'en',
        'de',
        'fr',
        'es',
        'it',
        'nl',
        'pl',
        'pt',
        'sv',
        'da',
        'fi',
        'nb',
        'cs',
        'uk',
        'ar',
        'tr',
        'ja',
        'zh',
        'en-GB',
        'en-US',
        'pt-BR',
        'es-419',
      ].map((tag) => h('option', { value: tag }, languageName(tag))),
    ),
  );
  let rows = new Map();

  function follow() {
    const names = desk.tracks.map((track) => track.name);
    if (names.join('\n') !== [...rows.keys()].join('\n')) {
      rows = new Map(desk.tracks.map((track) => [track.name, trackRow(desk, track)]));
      show(
        body,
        [...rows.values()].map((row) => row.elements),
      );
    }
    for (const track of desk.tracks) rows.get(track.name).follow(track);
  }
  desk.addEventListener('change', follow);
  desk.addEventListener('checked', follow);
  follow();
  return { element };
}

function trackRow(desk, first) {
  const { name, type } = first;
  const locked = !session.may_edit;
  const edit = (fields) => desk.draft.edit(name, fields);
  let now = first;
  const problems = {}; // field → element

  const cell = (field, label, control, more) => {
    const problem = h('p', { class: 'problem', id: unique('problem'), hidden: true });
    problems[field] = { problem, control };
    return h('td', { 'data-label': label, 'data-field': field }, control, more, problem);
  };
  const text = (field, label, more = {}) =>
    h('input', {
      type: 'text',
      'aria-label': `${label} of ${name}`,
      disabled: locked,
      spellcheck: 'false',
      autocomplete: 'off',
      onchange: (event) => edit({ [field]: event.target.value.trim() }),
      ...more,
    });
  const tick = (field, label) =>
    h('input', {
      type: 'checkbox',
      'aria-label': `${label}: ${name}`,
      disabled: locked,
      onchange: (event) => edit({ [field]: event.target.checked }),
    });

  const label = text('label', 'Label', { oninput: () => desk.draft.edit(name, { label: label.value.trim() }, true) });
  // Half a tag says nothing, so that it is taken only once it is whole.
  let isTyping = false;
  const language = text('language', 'Language', {
    list: 'languages',
    size: 6,
    oninput: () => {
      isTyping = true;
    },
    onchange: () => {
      isTyping = false;
      edit({ language: language.value.trim() });
    },
    onblur: () => {
      isTyping = false;
    },
  });
  const purposes = tickMenu({
    label: `Purpose of ${name}`,
    choices: PURPOSES[type],
    chosen: first.roles,
    onChange: (roles) => edit({ roles }),
    describe: (roles) => roles.map((role) => purposeName(type, role)).join(', ') || kindName(now),
  });
  purposes.button.disabled = locked;
  const isDefault = tick('default', 'Default');
  const forced = type === 'text' ? tick('forced', 'Forced') : null;
  const shown = h(
    'button',
    {
      type: 'button',
      role: 'switch',
      class: 'lever',
      disabled: locked,
      'aria-label': `Shown to viewers: ${name}`,
      onclick: () => edit({ visibility: shown.getAttribute('aria-checked') === 'true' ? 'hidden' : 'visible' }),
    },
    h('span', { class: 'lever-slot', 'aria-hidden': 'true' }),
    h('span', { class: 'lever-text', 'aria-hidden': 'true' }),
  );

  const file = h('span', { class: 'facts' });
  const about = h('span', { class: 'facts' });
  const status = h('div', { class: 'status' });
  const findings = h('td', { colspan: COLUMNS.length });
  const more = h('tr', { class: 'findings-row', hidden: true }, findings);
  const meaning = h('span', { class: 'meaning' });
  const row = h(
    'tr',
    { class: `track ${type}`, 'data-track': name },
    h(
      'th',
      { scope: 'row', 'data-label': 'Track' },
      h(
        'div',
        { class: 'track-name' },
        h('span', { class: `type ${type}` }, TYPES[type]),
        h('span', { class: 'name' }, name),
      ),
      file,
      about,
      status,
    ),
    cell('label', 'Label', label),
    cell('language', 'Language', language, meaning),
    cell('roles', 'Purpose', purposes.element),
    cell('default', 'Default', type === 'video' ? h('span', { class: 'none', 'aria-hidden': 'true' }, '–') : isDefault),
    cell('forced', 'Forced', forced ?? h('span', { class: 'none', 'aria-hidden': 'true' }, '–')),
    cell('visibility', 'Viewers', shown),
    h(
      'td',
      { class: 'removal' },
      locked
        ? null
        : h(
            'button',
            {
              type: 'button',
              class: 'quiet small',
              title: 'Remove',
              'aria-label': `Remove ${name}`,
              onclick: () => remove(desk, name),
            },
            '×',
          ),
    ),
  );

  function follow(track) {
    now = track;
    // What is being typed stays as it is typed.
    const put = (input, value) => {
      if (document.activeElement !== input || input.value.trim() !== value) input.value = value;
    };
    put(label, track.label ?? '');
    label.placeholder = track.shown?.label ?? 'made from the language';
    if (!isTyping) put(language, track.language ?? '');
    language.placeholder = track.shown?.language && track.shown.language !== 'und' ? track.shown.language : '';
    const tag = track.language ?? track.shown?.language;
    meaning.textContent = type === 'video' && (!tag || tag === 'und') ? '' : languageName(tag);
    purposes.set(track.roles);
    isDefault.checked = track.default;
    if (forced) forced.checked = track.forced;
    const visible = track.visibility === 'visible';
    shown.setAttribute('aria-checked', String(visible));
    shown.lastChild.textContent = visible ? 'Shown' : 'Hidden';
    row.classList.toggle('is-hidden', !visible);
    file.textContent = track.file;
    about.textContent = facts(track);
    show(status, statusOf(track));
    for (const [field, { problem, control }] of Object.entries(problems)) {
      control.closest('td').classList.toggle('changed', desk.draft.isChanged(name, field));
      tellProblem(
        problem,
        control,
        desk.errors.filter((error) => isOf(error, name, field)),
      );
    }
    const others = desk.errors.filter(
      (error) => error.track === name && !Object.keys(problems).some((field) => isOf(error, name, field)),
    );
    tellFindings(others);
  }

  let told = '';
  function tellFindings(others) {
    const found = (desk.outlook?.lint ?? []).filter(
      (finding) => finding.track === name && finding.severity !== 'notice',
    );
    const words = JSON.stringify([others, found]);
    if (words === told) return;
    told = words;
    more.hidden = !found.length && !others.length;
    show(
      findings,
      others.map((error) => h('p', { class: 'problem' }, error.problem)),
      found.map((finding) =>
        h(
          'p',
          { class: `finding ${finding.severity}` },
          lamp(finding.severity, finding.severity),
          h('span', {}, finding.message),
          h(
            'button',
            { type: 'button', class: 'quiet small', onclick: () => desk.open('lint', { track: name }) },
            'What to do',
            h('span', { class: 'unseen' }, ` about ${name}`),
          ),
        ),
      ),
    );
  }
  return { elements: [row, more], follow };
}

const isOf = (error, name, field) =>
  error.track === name &&
  error.field
    .split('.')
    .pop()
    .replace(/\[\d+\]$/, '') === field;

/** A rule that stands in the way is said at the field, and tied to it for screen readers. */
function tellProblem(problem, control, errors) {
  const input = control.matches('input, button') ? control : (control.querySelector('button') ?? control);
  problem.hidden = errors.length === 0;
  problem.textContent = errors.map((error) => error.problem).join(' ');
  if (errors.length) {
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', problem.id);
  } else {
    input.removeAttribute('aria-invalid');
    input.removeAttribute('aria-describedby');
  }
}

function statusOf(track) {
  if (track.status === 'preparing') return [lamp('wait'), h('span', {}, 'being prepared')];
  if (track.status === 'error') return [lamp('error'), h('span', {}, track.reason ?? 'failed')];
  if (track.problem) return [lamp('error'), h('span', {}, track.problem)];
  return [];
}

/** Takes a track out; its file stays until the page is left behind, so that it can be brought back. */
async function remove(desk, name) {
  const track = desk.asset.tracks.find((known) => known.name === name);
  const place = desk.asset.tracks.indexOf(track);
  if (
    !(await confirm(
      `Remove ${name}?`,
      `Viewers will not be offered it any more. Its file ${track.file} stays in the folder, so that this can be undone.`,
      'Remove',
      true,
    ))
  )
    return;
  try {
    await ask(at('assets', desk.name, 'tracks', name), { method: 'DELETE', ifMatch: track.revision });
    await desk.renew();
    // The button that was pressed is gone.
    document.querySelector('#tracks-title')?.focus({ preventScroll: true });
    desk.remember(`the removal of ${name}`, async () => {
      const now = await ask(at('assets', desk.name));
      const tracks = now.tracks.map(written);
      tracks.splice(Math.min(place, tracks.length), 0, written(track));
      await patch(at('assets', desk.name), { tracks }, now.revision);
      await desk.renew();
      return true;
    });
    toast(`${name} is removed.`, { action: { label: 'Undo', run: () => desk.undo() } });
  } catch (error) {
    if (error instanceof Refused && error.status === 412) {
      await desk.renew();
      toast(`Somebody changed ${name} meanwhile, so it was not removed. Look at it again.`, { kind: 'bad' });
    } else complain(error);
  }
}
