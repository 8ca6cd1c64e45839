// Short notices. They stay while they are looked at. What they offer to do is offered elsewhere, too.

import { h } from './dom.js';

const SECONDS = 8;
const SECONDS_TO_ACT = 20;

/** Shows a notice; `action` is `{ label, run }`. */
export function toast(text, { kind = 'good', action } = {}) {
  const close = () => {
    const held = box.contains(document.activeElement);
    box.remove();
    if (held) document.getElementById('main').focus({ preventScroll: true });
  };
  const box = h(
    'div',
    { class: `toast ${kind} ${action ? 'offers' : ''}`, role: kind === 'bad' ? 'alert' : 'status' },
    h('p', {}, text),
    action
      ? h(
          'button',
          {
            type: 'button',
            onclick: () => {
              close();
              action.run();
            },
          },
          action.label,
        )
      : null,
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Put away', onclick: close }, '×'),
  );
  const toasts = document.getElementById('toasts');
  // An older offer would by now do something else.
  toasts.querySelectorAll('.offers').forEach((older) => older.remove());
  toasts.append(box);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  if (kind === 'bad') return;
  let left = action ? SECONDS_TO_ACT : SECONDS;
  const timer = setInterval(() => {
    if (box.matches(':hover, :focus-within')) return;
    if (--left <= 0 || !box.isConnected) {
      clearInterval(timer);
      close();
    }
  }, 1000);
}

/** Tells why something was not done. */
export function complain(error) {
  if (error.name !== 'AbortError') toast(error.message, { kind: 'bad' });
}
