// A button that opens a list of choices to tick: arrow keys go through it, Escape closes it.

import { h, unique } from './dom.js';

/** `choices` are `[value, label]`; `onChange` is told the values that are ticked. */
export function tickMenu({ label, choices, chosen, onChange, describe }) {
  const id = unique('menu');
  let ticked = [...chosen];
  const text = h('span', {});
  const button = h(
    'button',
    {
      type: 'button',
      class: 'select',
      'aria-haspopup': 'true',
      'aria-expanded': 'false',
      'aria-controls': id,
      onclick: () => (list.hidden ? open() : close(true)),
    },
    text,
  );
  const boxes = choices.map(([value, name]) =>
    h('label', {}, h('input', { type: 'checkbox', value, checked: ticked.includes(value), onchange: changed }), name),
  );
  const list = h(
    'div',
    { class: 'menu', id, role: 'group', 'aria-label': label, hidden: true, onkeydown: keys },
    boxes,
  );
  const menu = h(
    'div',
    {
      class: 'tick-menu',
      onfocusout: (event) => {
        if (!menu.contains(event.relatedTarget)) close(false);
      },
    },
    button,
    list,
  );
  tell();

  function tell() {
    text.textContent = describe(ticked);
    button.setAttribute('aria-label', `${label}: ${describe(ticked)}`);
  }

  function changed() {
    const inputs = [...list.querySelectorAll('input')];
    const known = choices.map(([value]) => value);
    ticked = [
      ...ticked.filter((value) => !known.includes(value)),
      ...inputs.filter((input) => input.checked).map((input) => input.value),
    ];
    tell();
    onChange([...ticked]);
  }

  function open() {
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    const place = button.getBoundingClientRect();
    list.classList.toggle('up', place.bottom + list.offsetHeight > innerHeight && place.top > list.offsetHeight);
    list.querySelector('input')?.focus();
  }

  function close(back) {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (back) button.focus();
  }

  function keys(event) {
    const inputs = [...list.querySelectorAll('input')];
    const place = inputs.indexOf(document.activeElement);
    const to = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: inputs.length - 1 }[event.key];
    if (event.key === 'Escape') close(true);
    else if (to !== undefined) inputs.at(to % inputs.length).focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return {
    element: menu,
    button,
    set(values) {
      ticked = [...values];
      list.querySelectorAll('input').forEach((input) => {
        input.checked = ticked.includes(input.value);
      });
      tell();
    },
  };
}
