// Elements, made without markup in strings: no text of a file or an editor can become code.

const SVG = 'http://www.w3.org/2000/svg';

/** An element: properties that are functions are listeners, `class`, `aria-…` and the like attributes. */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** The same of SVG. */
export function svg(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) set(element, name, value);
  element.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return element;
}

function set(element, name, value) {
  if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
  else if (name === 'value' || name === 'checked' || name === 'indeterminate' || name === 'selected')
    element[name] = value;
  else if (name === 'style') for (const [key, to] of Object.entries(value)) element.style.setProperty(key, to);
  else if (value === true) element.setAttribute(name, '');
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
}

/**
 * Puts `children` in the place of what is in `element`. Who was at something there goes on at what came in its place, or
 * at what is around it, and not at the top of the page.
 */
export function show(element, ...children) {
  const held = element.contains(document.activeElement) && document.activeElement !== element;
  const { id } = document.activeElement ?? {};
  element.replaceChildren(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  if (held && !element.contains(document.activeElement)) {
    const next = (id && document.getElementById(id)) || element.closest('[tabindex]');
    next?.focus({ preventScroll: true });
  }
  return element;
}

let count = 0;
/** A name for an element that another refers to. */
export const unique = (word) => `${word}-${++count}`;

/** Has a screen reader say something. */
export function say(text) {
  const says = document.getElementById('says');
  says.textContent = '';
  requestAnimationFrame(() => {
    says.textContent = text;
  });
}

/** Calls `what` when nothing came for `ms`. */
export function afterPause(ms, what) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => what(...args), ms);
  };
}
