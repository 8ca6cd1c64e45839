// What viewers would stumble over, with what to do; as a button where it is one edit.

import { fieldName, valueText } from './conflict.js';
import { h, say, show } from './dom.js';
import { session } from './session.js';
import { lamp } from './signs.js';

const WORDS = { error: 'Error', warning: 'Warning', notice: 'Notice' };

export function lintPanel(desk, query) {
  const body = h('div', {});
  const about = h('p', { class: 'hint', role: 'status' });
  const element = h('div', {}, h('div', { class: 'panel-head' }, h('h2', {}, 'Signals'), about), body);
  let known = '';
  const draw = () => {
    const lint = desk.outlook?.lint;
    const now = JSON.stringify([lint, desk.draft.isEmpty]);
    if (now === known) return;
    known = now;
    if (!lint) return show(body, h('p', { class: 'waiting' }, 'One moment…'));
    about.textContent = desk.draft.isEmpty
      ? 'What viewers would stumble over'
      : 'What viewers would stumble over if your changes were published';
    show(
      body,
      lint.length
        ? findingsList(lint, desk, query.get('track'))
        : h('p', { class: 'all-clear' }, lamp('good'), 'All clear: nothing that viewers would stumble over.'),
    );
  };
  desk.addEventListener('checked', draw);
  draw();
  return { element, close: () => desk.removeEventListener('checked', draw) };
}

export function findingsList(findings, desk = null, wanted = null) {
  return h(
    'ul',
    { class: 'findings' },
    findings.map((finding) => {
      const type = desk?.tracks.find((track) => track.name === finding.fix?.track)?.type;
      return h(
        'li',
        { class: `${finding.severity} ${wanted && finding.track === wanted ? 'wanted' : ''}` },
        h(
          'p',
          { class: 'what' },
          lamp(finding.severity),
          h('b', {}, WORDS[finding.severity]),
          finding.track ? h('span', { class: 'name' }, finding.track) : null,
          finding.message,
        ),
        h(
          'p',
          { class: 'remedy' },
          finding.remedy,
          finding.clause ? h('span', { class: 'clause' }, ` ${finding.clause}`) : null,
        ),
        finding.fix && desk && session.may_edit
          ? h(
              'button',
              {
                type: 'button',
                onclick: async () => {
                  // What lint judged may be newer than the tracks on the desk.
                  await desk.refresh().catch(() => {});
                  desk.draft.edit(finding.fix.track, finding.fix.set);
                  say('Taken over into your changes');
                },
              },
              fixText(finding.fix, type),
            )
          : null,
      );
    }),
  );
}

function fixText({ track, set }, type) {
  const words = Object.entries(set).map(([field, value]) => {
    if (field === 'visibility') return value === 'hidden' ? 'hide it' : 'show it';
    if (field === 'default') return value ? 'make it the default' : 'no longer the default';
    if (value === null || value.length === 0) return `take back the ${fieldName(field).toLowerCase()}`;
    return `${fieldName(field).toLowerCase()}: ${valueText(field, value, type)}`;
  });
  return `${track}: ${words.join(', ')}`;
}
