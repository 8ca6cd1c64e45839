// Changes that are not published yet, on top of the tracks as the server has them; and how both are brought together
// when somebody else publishes meanwhile.

/** What can be changed of a track, with what it is where nobody says anything. */
const FIELDS = {
  label: null,
  language: null,
  roles: [],
  characteristics: [],
  default: false,
  forced: false,
  visibility: 'visible',
};
const READ_ONLY = ['revision', 'media', 'shown', 'problem'];

const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
const said = (track, field) => track[field] ?? FIELDS[field];

export class Draft extends EventTarget {
  #changes = new Map(); // track → { field: value }
  #steps = [];
  #typed = null;

  constructor(asset) {
    super();
    this.base = asset;
  }

  #told() {
    this.dispatchEvent(new Event('change'));
  }

  get isEmpty() {
    return this.#changes.size === 0;
  }

  get count() {
    return [...this.#changes.values()].reduce((sum, fields) => sum + Object.keys(fields).length, 0);
  }

  get canUndo() {
    return this.#steps.length > 0;
  }

  names() {
    return [...this.#changes.keys()];
  }

  /** Changes fields of a track; `null` takes a word back. What is typed letter by letter is one step. */
  edit(name, fields, isTyped = false) {
    const step = isTyped ? `${name} ${Object.keys(fields)}` : null;
    const before = structuredClone(this.#changes);
    this.#put(name, fields);
    // What was typed is said once more when the field is left: that is no step.
    if (same([...before], [...this.#changes])) return;
    if (!step || step !== this.#typed || !this.#steps.length) this.#steps.push(before);
    this.#typed = step;
    this.#told();
  }

  #put(name, fields) {
    const base = this.base.tracks.find((track) => track.name === name);
    if (!base) return;
    const changes = { ...this.#changes.get(name) };
    for (const [field, value] of Object.entries(fields)) {
      const to = value === '' ? null : value;
      if (same(to ?? FIELDS[field], said(base, field))) delete changes[field];
      else changes[field] = to;
      // What becomes the default takes that from the others, also from one that was to be it.
      if (field === 'default' && to === true) {
        for (const other of this.base.tracks) {
          if (other.name !== name && other.type === base.type) this.#drop(other.name, 'default', (is) => is === true);
        }
      }
    }
    if (Object.keys(changes).length) this.#changes.set(name, changes);
    else this.#changes.delete(name);
  }

  #drop(name, field, where) {
    const changes = this.#changes.get(name);
    if (!changes || !(field in changes) || !where(changes[field])) return;
    const { [field]: _, ...rest } = changes;
    if (Object.keys(rest).length) this.#changes.set(name, rest);
    else this.#changes.delete(name);
  }

  undo() {
    this.#typed = null;
    this.#changes = this.#steps.pop() ?? new Map();
    this.#told();
  }

  discard() {
    if (this.isEmpty) return;
    this.#steps.push(this.#changes);
    this.#changes = new Map();
    this.#told();
  }

  /** The tracks as they would be. */
  get tracks() {
    const newDefaults = new Set();
    for (const [name, fields] of this.#changes)
      if (fields.default) newDefaults.add(this.base.tracks.find((track) => track.name === name)?.type);
    return this.base.tracks.map((track) => {
      const own = this.#changes.get(track.name) ?? {};
      const draft = { ...track };
      if (newDefaults.has(track.type) && !own.default) draft.default = false;
      for (const [field, value] of Object.entries(own)) draft[field] = value ?? FIELDS[field];
      return draft;
    });
  }

  isChanged(name, field) {
    return field in (this.#changes.get(name) ?? {});
  }

  /** The merge patch of one track. */
  patchOf(name) {
    return { ...this.#changes.get(name) };
  }

  /** The merge patch of the asset: a list is given as a whole. */
  patch() {
    return this.isEmpty ? {} : { tracks: this.tracks.map(written) };
  }

  /**
   * Takes what the server has now for the ground that changes stand on. Where somebody else changed the same word it
   * gives `{ track, field, was, theirs, yours }`; all else simply comes together.
   */
  rebase(latest) {
    const before = new Map(this.base.tracks.map((track) => [track.name, track]));
    const now = new Map(latest.tracks.map((track) => [track.name, track]));
    const conflicts = [];
    for (const [name, fields] of this.#changes) {
      const theirs = now.get(name);
      if (!theirs) {
        conflicts.push({ track: name, gone: true });
        continue;
      }
      for (const [field, yours] of Object.entries(fields)) {
        const [was, is] = [said(before.get(name) ?? {}, field), said(theirs, field)];
        if (!same(was, is) && !same(is, yours ?? FIELDS[field])) {
          conflicts.push({ track: name, field, was, theirs: is, yours: yours ?? FIELDS[field] });
        }
      }
    }
    const changes = [...this.#changes];
    this.base = latest;
    this.#changes = new Map();
    this.#steps = [];
    for (const [name, fields] of changes) if (now.has(name)) this.#put(name, fields);
    this.#told();
    return conflicts;
  }

  /** What is changed now; `settle` is given it when it has been dealt with. */
  changes() {
    return structuredClone(this.#changes);
  }

  /**
   * Lets go of the changes `settled`, published or given up, on the ground of what the server has now. What was changed
   * meanwhile stays, also where it says again what it was before.
   */
  settle(settled, latest) {
    for (const [name, fields] of settled) {
      const base = this.base.tracks.find((track) => track.name === name) ?? {};
      const open = { ...this.#changes.get(name) };
      for (const [field, value] of Object.entries(fields)) {
        const wanted = field in open ? open[field] : said(base, field);
        if (same(wanted ?? FIELDS[field], value ?? FIELDS[field])) delete open[field];
        else open[field] = wanted;
      }
      this.#changes.set(name, open);
    }
    this.rebase(latest);
  }

  /** Gives up one's own word for the server's. */
  yield(name, field) {
    this.#drop(name, field, () => true);
    this.#told();
  }

  /** What takes back all that `before` and `after` differ in, as changes of `after`. */
  static between(before, after) {
    const draft = new Draft(after);
    const old = new Map(before.tracks.map((track) => [track.name, track]));
    for (const track of after.tracks) {
      const was = old.get(track.name);
      if (!was) continue;
      const fields = Object.keys(FIELDS).filter((field) => !same(said(was, field), said(track, field)));
      // Who is the default follows from the one that becomes it.
      const back = Object.fromEntries(fields.map((field) => [field, was[field] ?? FIELDS[field]]));
      if (fields.length) draft.#put(track.name, back);
    }
    draft.#steps = [];
    return draft;
  }
}

/** A track as it is written: without what is only read. */
export function written(track) {
  return Object.fromEntries(
    Object.entries(track).filter(
      ([field, value]) => !READ_ONLY.includes(field) && value !== null && value !== undefined,
    ),
  );
}
