// Dialogs, of the browser's own kind: it keeps the focus inside and gives it back.

import { h, show, unique } from './dom.js';

/**
 * Opens a dialog. `actions` are its buttons: `run` may be slow, and where it throws the dialog stays and says why.
 * With `stays` it cannot be closed but by an action. Gives the dialog, whose `closed` resolves to the action's answer.
 */
export function openDialog({ title, content, actions = [], stays = false, wide = false, onClose }) {
  const heading = unique('title');
  const problem = h('p', { class: 'problem', role: 'alert', hidden: true });
  let settle;
  const closed = new Promise((done) => {
    settle = done;
  });
  let answer = null;
  const buttons = actions.map((action) =>
    h(
      'button',
      {
        type: action.primary ? 'submit' : 'button',
        class: action.primary ? 'primary' : action.danger ? 'danger' : '',
        onclick: action.primary ? null : () => act(action),
      },
      action.label,
    ),
  );
  const form = h(
    'form',
    {
      method: 'dialog',
      novalidate: false,
      onsubmit: (event) => {
        event.preventDefault();
        const primary = actions.find((action) => action.primary);
        if (primary) act(primary);
      },
    },
    h(
      'header',
      {},
      h('h2', { id: heading }, title),
      stays
        ? null
        : h(
            'button',
            { type: 'button', class: 'quiet close', 'aria-label': 'Close', onclick: () => dialog.close() },
            '×',
          ),
    ),
    h('div', { class: 'content' }, content),
    problem,
    h('footer', {}, buttons),
  );
  const dialog = h('dialog', { class: wide ? 'wide' : '', 'aria-labelledby': heading }, form);

  async function act(action) {
    problem.hidden = true;
    buttons.forEach((button) => {
      button.disabled = true;
    });
    try {
      answer = (await action.run?.(dialog)) ?? action.label;
      dialog.close();
    } catch (error) {
      if (error.name === 'AbortError') return;
      show(problem, error.message).hidden = false;
    } finally {
      buttons.forEach((button) => {
        button.disabled = false;
      });
    }
  }

  dialog.addEventListener('cancel', (event) => stays && event.preventDefault());
  dialog.addEventListener('close', () => {
    dialog.remove();
    onClose?.();
    settle(answer);
  });
  document.body.append(dialog);
  dialog.showModal();
  dialog.closed = closed;
  return dialog;
}

/** Asks whether to leave what is not kept, said in words; without words nothing is asked. */
export const mayLose = async (words) =>
  !words || confirm('Leave without keeping this?', `What you did here would be lost: ${words}`, 'Leave anyway', true);

/** Asks whether to go on. */
export async function confirm(title, text, label, danger = false) {
  const dialog = openDialog({
    title,
    content: h('p', {}, text),
    actions: [
      { label: 'Cancel', run: () => false },
      { label, primary: !danger, danger, run: () => true },
    ],
  });
  return (await dialog.closed) === true;
}
