// Which view the address asks for. Addresses begin with `#`, so that none is ever an asset's.

/** `{ view, parts, query }` of the address. */
export function place() {
  const [path, query = ''] = location.hash.replace(/^#/, '').split('?');
  const parts = path
    .split('/')
    .filter(Boolean)
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
  return { view: parts[0] ?? '', parts: parts.slice(1), query: new URLSearchParams(query) };
}

/** The address of a view. */
export function address(parts, query = {}) {
  const said = Object.entries(query).filter(([, value]) => value);
  const text = said.length ? `?${new URLSearchParams(said)}` : '';
  return `#/${parts.map(encodeURIComponent).join('/')}${text}`;
}

/** Changes the address without going to another view. */
export function note(parts, query) {
  history.replaceState(null, '', address(parts, query));
}
