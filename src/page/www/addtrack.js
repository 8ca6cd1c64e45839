// A file becomes a track: dropped anywhere on the page, or chosen with the button.

import { ask, at, post, Refused, upload } from './api.js';
import { confirm, openDialog } from './dialog.js';
import { h, say } from './dom.js';
import { written } from './draft.js';
import { session } from './session.js';
import { complain, toast } from './toast.js';
import { bytes, PURPOSES } from './words.js';

const TEXT = ['vtt', 'webvtt', 'srt', 'ttml', 'dfxp', 'xml', 'imsc'];
const SOUND = ['m4a', 'mp4', 'aac', 'mp3', 'flac', 'ogg', 'oga', 'opus', 'wav'];
const ACCEPTED = [...TEXT, ...SOUND].map((suffix) => `.${suffix}`).join(',');

const suffixOf = (name) => name.split('.').pop().toLowerCase();

export function fileButton(desk) {
  const input = h('input', {
    type: 'file',
    accept: ACCEPTED,
    class: 'unseen',
    tabindex: -1,
    'aria-hidden': 'true',
    onchange: () => {
      if (input.files[0]) offer(desk, input.files[0]);
      input.value = '';
    },
  });
  return h('span', {}, input, h('button', { type: 'button', onclick: () => input.click() }, 'Add a track…'));
}

/** Where files can be dropped: the whole page. */
export function dropZone(desk) {
  const element = h(
    'div',
    { class: 'drop', hidden: true, 'aria-hidden': 'true' },
    h('p', {}, 'Drop a caption or audio file to add a track'),
  );
  let depth = 0;
  const hasFiles = (event) => session.may_edit && event.dataTransfer?.types.includes('Files');
  const listeners = {
    dragenter: (event) => {
      if (hasFiles(event)) {
        depth++;
        element.hidden = false;
        event.preventDefault();
      }
    },
    dragover: (event) => {
      if (hasFiles(event)) event.preventDefault();
    },
    dragleave: (event) => {
      if (hasFiles(event) && --depth <= 0) element.hidden = true;
    },
    drop: (event) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      depth = 0;
      element.hidden = true;
      const [file, ...more] = event.dataTransfer.files;
      if (more.length) toast('One file at a time: the first is taken.');
      if (file) offer(desk, file);
    },
  };
  for (const [name, listener] of Object.entries(listeners)) addEventListener(name, listener);
  return {
    element,
    close: () => {
      for (const [name, listener] of Object.entries(listeners)) removeEventListener(name, listener);
    },
  };
}

/** Asks what the file is for, brings it, and makes it a track. */
function offer(desk, file) {
  const suffix = suffixOf(file.name);
  const type = TEXT.includes(suffix) ? 'text' : SOUND.includes(suffix) ? 'audio' : null;
  if (!type)
    return toast(`${file.name} is neither a caption file (WebVTT, SRT, TTML) nor a sound file by its name.`, {
      kind: 'bad',
    });
  const language = h('input', {
    id: 'new-language',
    list: 'languages',
    placeholder: 'as the file says',
    spellcheck: 'false',
  });
  const label = h('input', { id: 'new-label', placeholder: 'made from language and purpose' });
  const role = h(
    'select',
    { id: 'new-role' },
    h('option', { value: '' }, 'As the file says'),
    PURPOSES[type].map(([word, name]) => h('option', { value: word }, name)),
  );
  const visible = h('input', { type: 'checkbox', id: 'new-visible' });
  const progress = h('progress', { max: 1, value: 0, hidden: true, 'aria-label': 'Upload' });
  const state = h('p', { class: 'hint', role: 'status' });
  const given = new AbortController();
  openDialog({
    title: 'Add a track',
    content: [
      h(
        'p',
        {},
        h('b', {}, file.name),
        ` · ${bytes(file.size)} · ${type === 'text' ? 'captions or subtitles' : 'sound'}`,
      ),
      h('div', { class: 'field' }, h('label', { for: 'new-role' }, 'Purpose'), role),
      h('div', { class: 'field' }, h('label', { for: 'new-language' }, 'Language'), language),
      h('div', { class: 'field' }, h('label', { for: 'new-label' }, 'Label in the menu'), label),
      h(
        'div',
        { class: 'tick' },
        visible,
        h('label', { for: 'new-visible' }, 'Show it to viewers at once'),
        h('p', { class: 'hint' }, 'Otherwise it stays hidden, for you to look at first.'),
      ),
      progress,
      state,
    ],
    onClose: () => given.abort(),
    actions: [
      { label: 'Cancel', run: () => given.abort() },
      {
        label: 'Add',
        primary: true,
        run: async () => {
          progress.hidden = false;
          const brought = await bring(desk, file, given.signal, (part) => {
            progress.value = part;
            state.textContent = part < 1 ? `${Math.round(part * 100)} % brought` : 'Being looked at…';
          });
          const wanted = { file: brought.name, visibility: visible.checked ? 'visible' : 'hidden' };
          if (role.value) wanted.roles = [role.value];
          if (language.value.trim()) wanted.language = language.value.trim();
          if (label.value.trim()) wanted.label = label.value.trim();
          const track = await post(at('assets', desk.name, 'tracks'), wanted).catch(async (error) => {
            await takeFile(desk, brought).catch(() => {});
            throw error;
          });
          await added(desk, track, brought);
          return 'added';
        },
      },
    ],
  });
}

/** Under its own name, or one that is free: what lies there is never written over. Gives the file as it is there. */
async function bring(desk, file, signal, onProgress) {
  const [stem, suffix] = [file.name.replace(/\.[^.]*$/, ''), suffixOf(file.name)];
  for (let number = 1; ; number++) {
    const name = number === 1 ? file.name : `${stem}-${number}.${suffix}`;
    try {
      return await upload(at('assets', desk.name, 'files', name), file, { onProgress, signal });
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 412 || number > 50) throw error;
    }
  }
}

const isStale = (error) => error instanceof Refused && error.status === 412;

/** Takes a file away that was brought. One that somebody put in its place stays. */
const takeFile = (desk, { name, revision }) =>
  ask(at('assets', desk.name, 'files', name), { method: 'DELETE', ifMatch: revision });

/** A track without what comes by itself as its file is prepared. */
const essence = ({ status, reason, track_id, ...track }) => JSON.stringify(written(track));

/** Takes a track away that was added; where others worked at it since, only with the person's word. */
async function takeTrack(desk, track, brought) {
  const path = at('assets', desk.name, 'tracks', track.name);
  const { files } = await ask(at('assets', desk.name, 'files'));
  const isReplaced = files.some(({ name, revision }) => name === brought.name && revision !== brought.revision);
  const mayGo = () =>
    confirm(
      `Remove ${track.name} all the same?`,
      isReplaced
        ? `Its file ${brought.name} was changed since you added it. Viewers will not be offered it; the file stays in the folder.`
        : 'It was changed since you added it. What was changed goes with it.',
      'Remove',
      true,
    );
  if (isReplaced && !(await mayGo())) return false;
  for (let known = track; ; ) {
    try {
      await ask(path, { method: 'DELETE', ifMatch: known.revision });
      return true;
    } catch (error) {
      if (!isStale(error)) throw error;
    }
    const now = await ask(path);
    if (!isReplaced && essence(now) !== essence(known) && !(await mayGo())) return false;
    known = now;
  }
}

async function added(desk, track, brought) {
  await desk.renew();
  desk.remember(`adding ${track.name}`, async () => {
    if (!(await takeTrack(desk, track, brought))) return false;
    await takeFile(desk, brought).catch((error) => {
      // Gone already, somebody else's by now, or another track's.
      if (!(error instanceof Refused) || ![404, 409, 412].includes(error.status)) complain(error);
    });
    await desk.renew();
    return true;
  });
  toast(
    track.status === 'preparing'
      ? `${track.name} is being prepared; it will be there in a moment.`
      : `${track.name} is added${track.visibility === 'hidden' ? ', hidden from viewers until you show it' : ''}.`,
    { action: { label: 'Undo', run: () => desk.undo() } },
  );
  say(`${track.name} is added`);
  document.querySelector(`[data-track="${CSS.escape(track.name)}"] input`)?.focus();
}
