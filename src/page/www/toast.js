// Short notices. They stay while they are read, and those with something to do stay until it is done or put away.

import { h } from './dom.js';

const SECONDS = 8;

/** Shows a notice; `action` is `{ label, run }`. */
export function toast(text, { kind = 'good', action } = {}) {
  const close = () => box.remove();
  const box = h('div', { class: `toast ${kind}`, role: kind === 'bad' ? 'alert' : 'status' },
    h('p', {}, text),
    action ? h('button', { type: 'button', onclick: () => { close(); action.run(); } }, action.label) : null,
    h('button', { type: 'button', class: 'quiet', 'aria-label': 'Put away', onclick: close }, '×'));
  const toasts = document.getElementById('toasts');
  toasts.append(box);
  while (toasts.children.length > 3) toasts.firstChild.remove();
  if (kind === 'bad' || action) return;
  let left = SECONDS;
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
