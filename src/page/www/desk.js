// One asset as it lies on the desk: what the server has, what is drafted, what that would give, and how to undo.

import { ask, at, preview, Refused } from './api.js';
import { Draft } from './draft.js';
import { afterPause } from './dom.js';
import { publish, takeBack } from './publish.js';
import { complain, toast } from './toast.js';
import { plural } from './words.js';

/** How often the server is asked whether somebody else published. */
const LOOK_AGAIN = 4000;

/**
 * Tells `change` when the tracks or the draft did, and `checked` when the server said what the draft would give.
 */
export class Desk extends EventTarget {
  #undos = [];
  #asking = null;
  #publishing = false;
  #timer;

  constructor(asset) {
    super();
    this.name = asset.name;
    this.draft = new Draft(asset);
    /** What the present state gives, and what the draft would. */
    this.today = null;
    this.outlook = null;
    /** Why the draft cannot be published: as the API says it. */
    this.errors = [];
    this.refusal = null;
    this.draft.addEventListener('change', () => {
      this.dispatchEvent(new Event('change'));
      this.#checkSoon();
    });
    this.#timer = setInterval(
      () => document.visibilityState === 'visible' && this.refresh().catch(() => {}),
      LOOK_AGAIN,
    );
    this.check();
  }

  get asset() {
    return this.draft.base;
  }

  get tracks() {
    return this.draft.tracks;
  }

  close() {
    clearInterval(this.#timer);
    this.#asking?.abort();
  }

  #checkSoon = afterPause(250, () => this.check());

  /** Asks what the draft would give. Nothing of it is published. */
  async check() {
    this.#asking?.abort();
    const mine = (this.#asking = new AbortController());
    try {
      const patch = this.draft.patch();
      if (!this.today || this.today.revision !== this.asset.revision) {
        const revision = this.asset.revision;
        this.today = { ...(await preview(this.name, {}, mine.signal)), revision };
      }
      this.outlook = this.draft.isEmpty ? this.today : await preview(this.name, patch, mine.signal);
      this.errors = [];
      this.refusal = null;
    } catch (error) {
      if (error.name === 'AbortError') return;
      this.refusal = error;
      this.errors = error.errors ?? [];
    }
    if (this.#asking === mine) this.dispatchEvent(new Event('checked'));
  }

  /** What the server has now. Where it touches the draft, publishing will ask. */
  async refresh() {
    const latest = await ask(at('assets', this.name));
    if (JSON.stringify(latest) === JSON.stringify(this.asset)) return;
    // With a draft on the desk the ground stays as it is until publishing brings both together.
    if (this.draft.isEmpty) this.draft.rebase(latest);
  }

  /** After something was published otherwise, such as a new track; `settled` of the draft is done with by that. */
  async renew(settled = new Map()) {
    this.draft.settle(settled, await ask(at('assets', this.name)));
  }

  /** What would be lost with the desk, in words. */
  dirty() {
    return this.draft.isEmpty ? '' : `${plural(this.draft.count, 'change is', 'changes are')} not published.`;
  }

  async publish() {
    if (this.#publishing) return;
    this.#publishing = true;
    try {
      const done = await publish(this.name, this.draft);
      if (!done) return this.check();
      this.draft.settle(done.sent, done.after);
      this.remember('what was published', async () => {
        const back = await takeBack(this.name, done);
        if (back) await this.renew();
        return Boolean(back);
      });
      toast(
        done.others
          ? 'Published, together with what somebody else published meanwhile.'
          : 'Published: the next manifest says so.',
        { action: { label: 'Undo', run: () => this.undo() } },
      );
    } catch (error) {
      if (error instanceof Refused && error.status === 422) {
        this.errors = error.errors;
        this.refusal = error;
        this.dispatchEvent(new Event('checked'));
      }
      complain(error);
    } finally {
      this.#publishing = false;
    }
  }

  get undoLabel() {
    if (this.draft.canUndo && !this.draft.isEmpty) return 'the last change';
    return this.#undos.at(-1)?.what ?? '';
  }

  /** Notes how something that is done is taken back. */
  remember(what, run) {
    this.#undos.push({ what, run });
    this.dispatchEvent(new Event('change'));
  }

  async undo() {
    if (this.draft.canUndo && !this.draft.isEmpty) return this.draft.undo();
    const last = this.#undos.pop();
    if (!last) return;
    try {
      if (await last.run()) toast(`Undone: ${last.what}.`);
      else this.#undos.push(last);
    } catch (error) {
      this.#undos.push(last);
      complain(error);
    }
    this.dispatchEvent(new Event('change'));
  }
}
