// Every action of the page, and a watch that notes which of them were done by keyboard alone.

/** An action, the control that it is done at, and the words of that control where several are alike. */
export const ACTIONS = [
  ['give a token', '#token'],
  ['go on with the token', 'dialog button', /^Go on$/],
  ['sign out', '#who button'],
  ['skip to the content', '.skip'],
  ['go to the catalogue', '.top a', /^(Signalbox|Catalogue)$/],
  ['go to the report', '.top a', /^Accessibility$/],
  ['go to the figures', '.top a', /^Operations$/],
  ['take up what a notice offers', '.toast.offers button', /^Undo$/],
  ['put a notice away', '.toast button', /^Put away$/],
  ['close a dialog', 'dialog .close'],
  ['cancel a dialog', 'dialog button', /^Cancel$/],
  ['leave what is not kept', 'dialog button', /^Leave anyway$/],

  ['search the catalogue', '#search'],
  ['see what lacks something', '#missing'],
  ['see what lint says', '#lint'],
  ['see what has a language', '#language'],
  ['show more assets', '.cards + .more'],
  ['open an asset', '.card a'],
  ['go back from an asset', '.crumbs a'],
  ['go back from what is broken', 'main > p > a'],

  ['play', 'video'],
  ['choose pictures', '#play-video'],
  ['choose the sound', '#play-audio'],
  ['choose the text', '#play-text'],
  ['play as this browser plays HLS', '.player > button'],

  ['undo', '.tracks-head button', /^Undo/],
  ['choose a file', '.tracks-head button', /^Add a track/],
  ['say what a new track is for', '#new-role'],
  ['say its language', '#new-language'],
  ['say its label', '#new-label'],
  ['say whether it is shown', '#new-visible'],
  ['add the track', 'dialog button', /^Add$/],
  ['edit a label', '[data-field="label"] input'],
  ['edit a language', '[data-field="language"] input'],
  ['see purposes', '.tick-menu > button'],
  ['choose a purpose', '.tick-menu .menu input'],
  ['make a track the default', '[data-field="default"] input'],
  ['make a track forced', '[data-field="forced"] input'],
  ['show or hide a track', '.lever'],
  ['remove a track', '.removal button'],
  ['confirm that it is removed', 'dialog button', /^Remove$/],
  ['ask what to do about a track', '.findings-row button'],
  ['see what players will get', '.publish button', /^See/],
  ['discard changes', '.publish button', /^Discard$/],
  ['publish', '.publish button', /^Publish$/],
  ['choose between theirs and yours', 'dialog .choice input'],
  ['look again before publishing', 'dialog button', /^Look again/],
  ['publish what was chosen', 'dialog button', /^Publish what/],

  ['go from tab to tab', '[role="tab"]'],
  ['scroll a panel', '#panel'],
  ['see HLS or DASH', '.segmented button'],
  ['scroll a manifest', '.manifest'],
  ['take over a remedy', '.findings button'],
  ['move along the timeline', '.timeline'],
  ['look closer', '#zoom'],
  ['choose cues', '#cues-track'],
  ['read what is wrong with a file', '.cues summary'],
  ['play a cue', '.cue .play'],
  ['correct times', '.cue .times input'],
  ['correct words', '.cue textarea'],
  ['remove a cue', '.cue button', /^Remove/],
  ['keep a cue', '.cue button', /^Keep/],
  ['leave a new cue', '.cue button', /^Leave it$/],
  ['add a cue', '.cues .buttons button', /^Add a cue/],
  ['discard corrections', '[data-leave]'],
  ['save corrections', '[data-save]'],
  ['take one’s own cue', 'dialog .conflict input'],
  ['take only their cues', 'dialog button', /^Take only/],
  ['go on with chosen cues', 'dialog button', /^Go on with/],
  ['go back in the history', '.history button'],
  ['confirm to go back', 'dialog button', /^Go back$/],

  ['report on a folder', '#prefix'],
  ['report only what is lacking', '#only-missing'],
  ['save the report', 'main button', /^Save as CSV$/],
  ['print the report', 'main button', /^Print$/],
  ['show more of the report', '.table-holder + .more'],
  ['open an asset from the report', '.report a'],
  ['scroll a table', '.table-holder'],
  ['hold the figures still', '#paused'],
  ['cancel a job', '.jobs button'],
  ['open the asset of a job', '.jobs a'],
];

/** What was done by keyboard, what there is that is no action of the list, and what was done otherwise. */
export async function watch(context) {
  const seen = { done: new Set(), unlisted: new Set(), otherwise: new Set() };
  await context.exposeFunction('signalboxSaw', (kind, what) => void seen[kind].add(what));
  const actions = ACTIONS.map(([name, selector, words]) => [name, selector, words?.source]);
  await context.addInitScript((known) => {
    const controls = 'a[href], button, input:not([type="file"]), select, textarea, summary, video, [tabindex="0"]';
    const wordsOf = (element) => (element.getAttribute('aria-label') ?? element.textContent).trim();
    const actionOf = (element) =>
      known.find(
        ([, selector, words]) => element.matches(selector) && (!words || new RegExp(words).test(wordsOf(element))),
      )?.[0];
    const done = ({ target, isTrusted }) => {
      const control = isTrusted && target.closest?.(controls);
      const action = control && actionOf(control);
      if (action) signalboxSaw('done', action);
    };
    // Enter and Space come as clicks without a count; letters and arrows as input, or as keys to what has no value.
    addEventListener('click', (event) => event.detail === 0 && done(event), true);
    addEventListener('input', done, true);
    const hasValue = 'a, button:not([role="tab"]), input, select, textarea';
    addEventListener('keydown', (event) => event.key !== 'Tab' && !event.target.closest?.(hasValue) && done(event), true);
    addEventListener('pointerdown', ({ target }) => signalboxSaw('otherwise', target.outerHTML.slice(0, 80)), true);
    const told = new WeakSet();
    const look = () => {
      for (const control of document.querySelectorAll(controls)) {
        if (told.has(control)) continue;
        told.add(control);
        if (!actionOf(control)) signalboxSaw('unlisted', control.outerHTML.slice(0, 120));
      }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
  }, actions);
  return seen;
}
