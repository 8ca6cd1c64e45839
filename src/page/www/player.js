// The video, with a menu for every track. Hidden tracks are in the menus of those who may edit, and marked.

import { ask, at } from './api.js';
import { Captions } from './captions.js';
import { h, show } from './dom.js';
import { canPlay, hasMse, MsePlayer } from './mse.js';
import { session } from './session.js';
import { drawnPoster } from './signs.js';
import { bitRate, languageName } from './words.js';

const HLS = 'application/vnd.apple.mpegurl';

export class Player {
  #desk;
  #mse;
  #captions;
  #timelines = new Map();
  #chosen = { video: 'auto', audio: null, text: '' };
  #isNative = !hasMse();
  #known = '';
  #closed = false;

  constructor(desk) {
    this.#desk = desk;
    this.video = h('video', {
      controls: true,
      playsinline: true,
      preload: 'auto',
      'aria-label': `Video of ${desk.name}`,
    });
    this.#mse = new MsePlayer(this.video, (error) => this.#tell(error.message));
    this.#captions = new Captions(this.video);
    this.video.addEventListener('error', () => {
      if (this.#isNative) this.#tell(`This browser does not play the HLS of ${desk.name}: ${this.video.error.message}`);
    });
    this.problem = h('p', { class: 'problem', role: 'alert', hidden: true });
    this.menus = h('div', { class: 'menus' });
    this.native = h(
      'button',
      {
        type: 'button',
        class: 'quiet small',
        hidden: true,
        'aria-pressed': 'false',
        onclick: () => this.#toggleNative(),
      },
      'As this browser plays HLS',
    );
    this.stage = h('div', { class: 'stage' }, this.video);
    this.element = h('div', { class: 'player' }, this.stage, this.problem, this.menus, this.native);
    desk.addEventListener('change', () => this.#follow());
  }

  /** What can be played now, of a type. */
  #tracks(type) {
    return this.#desk.asset.tracks.filter(
      (track) =>
        track.type === type && track.media && !track.problem && (track.visibility === 'visible' || session.may_edit),
    );
  }

  async #timeline(track) {
    const key = `${track.name} ${this.#revisionOf(track)}`;
    if (!this.#timelines.has(key))
      this.#timelines.set(key, ask(at('assets', this.#desk.name, 'tracks', track.name, 'timeline')));
    return this.#timelines.get(key).catch((error) => {
      this.#timelines.delete(key);
      throw error;
    });
  }

  /** A file that is replaced has other facts, so that its timeline is asked for anew. */
  #revisionOf = (track) => JSON.stringify([track.media, track.file, track.track_id]);

  async open() {
    this.#tell('');
    const time = this.video.currentTime;
    const [pictures, sounds, texts] = ['video', 'audio', 'text'].map((type) => this.#tracks(type));
    this.#known = this.#sum();
    this.#chosen.audio = sounds.some((track) => track.name === this.#chosen.audio)
      ? this.#chosen.audio
      : ((
          sounds.find((track) => track.default && track.visibility === 'visible') ??
          sounds.find((track) => track.visibility === 'visible') ??
          sounds[0]
        )?.name ?? null);
    if (!texts.some((track) => track.name === this.#chosen.text)) this.#chosen.text = '';
    if (this.#chosen.video !== 'auto' && !pictures.some((track) => track.name === this.#chosen.video))
      this.#chosen.video = 'auto';
    this.#drawMenus(pictures, sounds, texts);
    this.native.hidden = !this.video.canPlayType(HLS) || Boolean(session.players_port) || !hasMse();
    this.stage.classList.toggle('sound', pictures.length === 0);
    if (!pictures.length && !this.stage.querySelector('.drawn')) this.stage.prepend(drawnPoster(this.#desk.name, true));
    if (pictures.length + sounds.length === 0) return this.#tell('No picture or sound of this asset can be played.');
    // The page's own player comes first, since no browser's HLS has a menu of what is hidden.
    if (this.#isNative) return this.#openNative(time);
    try {
      const ladder = await this.#ladder(pictures);
      const sound = sounds.find((track) => track.name === this.#chosen.audio);
      const audio = sound && canPlay('audio', sound.media.codec) ? await this.#timeline(sound) : null;
      if (sound && !audio) this.#tell(`This browser cannot play the sound of ${sound.name} (${sound.media.codec}).`);
      if (this.#closed || (!ladder.length && !audio)) return;
      const duration = Math.max(...[...ladder, audio].filter(Boolean).map((timeline) => timeline.end));
      await this.#mse.open({ video: ladder, audio, duration });
      if (time) this.video.currentTime = Math.min(time, duration);
      await this.#showText();
    } catch (error) {
      this.#tell(error.message);
    }
  }

  /** The pictures of one intent, from the smallest to the largest; or the one that was chosen. */
  async #ladder(pictures) {
    const playable = pictures.filter((track) => canPlay('video', track.media.codec));
    if (pictures.length && !playable.length) this.#tell('This browser cannot decode the pictures of this asset.');
    const one = playable.find((track) => track.name === this.#chosen.video);
    const visible = playable.filter((track) => track.visibility === 'visible' && !track.roles.includes('sign'));
    const codec = (track) => track.media.codec.split('.')[0];
    const wanted = one
      ? [one]
      : (visible.length ? visible : playable.slice(0, 1)).filter((track, _, all) => codec(track) === codec(all[0]));
    wanted.sort((a, b) => a.media.average_bit_rate - b.media.average_bit_rate);
    return Promise.all(wanted.map((track) => this.#timeline(track)));
  }

  #openNative(time) {
    this.#mse.close();
    this.video.src = this.#desk.asset.manifests.hls;
    if (time)
      this.video.addEventListener(
        'loadedmetadata',
        () => {
          this.video.currentTime = time;
        },
        { once: true },
      );
  }

  #toggleNative() {
    this.#isNative = !this.#isNative;
    this.native.setAttribute('aria-pressed', String(this.#isNative));
    this.#captions.show(null);
    if (!this.#isNative) this.video.removeAttribute('src');
    this.open();
  }

  #drawMenus(pictures, sounds, texts) {
    const name = (track) => `${track.shown?.label ?? track.label ?? languageName(track.language)}`;
    const options = (tracks, describe) => {
      const option = (track) =>
        h('option', { value: track.name }, describe(track), track.visibility === 'hidden' ? ' (hidden)' : '');
      const [shown, hidden] = [
        tracks.filter((track) => track.visibility === 'visible'),
        tracks.filter((track) => track.visibility === 'hidden'),
      ];
      return [
        shown.map(option),
        hidden.length ? h('optgroup', { label: 'Hidden from viewers' }, hidden.map(option)) : null,
      ];
    };
    const menu = (id, label, content, value, change) => {
      const select = h(
        'select',
        { id, disabled: this.#isNative, onchange: (event) => change(event.target.value) },
        content,
      );
      select.value = value;
      return h('div', { class: 'field' }, h('label', { for: id }, label), select);
    };
    const picture = (track) => `${track.media.height}p · ${bitRate(track.media.average_bit_rate)}`;
    show(
      this.menus,
      pictures.length
        ? menu(
            'play-video',
            'Picture',
            [h('option', { value: 'auto' }, 'As the line allows'), options(pictures, picture)],
            this.#chosen.video,
            (value) => this.#choosePicture(value),
          )
        : null,
      sounds.length
        ? menu('play-audio', 'Sound', options(sounds, name), this.#chosen.audio, (value) => this.#chooseSound(value))
        : null,
      texts.length
        ? menu(
            'play-text',
            'Text',
            [h('option', { value: '' }, 'Off'), options(texts, name)],
            this.#chosen.text,
            (value) => this.#chooseText(value),
          )
        : null,
    );
  }

  async #choosePicture(name) {
    this.#chosen.video = name;
    await this.#try(async () => this.#mse.setVideo(await this.#ladder(this.#tracks('video'))));
  }

  async #chooseSound(name) {
    this.#chosen.audio = name;
    const track = this.#tracks('audio').find((known) => known.name === name);
    await this.#try(async () => {
      if (!canPlay('audio', track.media.codec))
        throw new Error(`This browser cannot play the sound of ${name} (${track.media.codec}).`);
      await this.#mse.setAudio(await this.#timeline(track));
    });
  }

  async #chooseText(name) {
    this.#chosen.text = name;
    await this.#try(() => this.#showText());
  }

  async #showText() {
    const track = this.#tracks('text').find((known) => known.name === this.#chosen.text);
    if (!track) return this.#captions.show(null);
    const list = await ask(at('assets', this.#desk.name, 'tracks', track.name, 'cues'));
    this.#captions.show(
      list.cues,
      track.shown?.label ?? track.label ?? track.name,
      track.shown?.language ?? track.language ?? '',
    );
  }

  async #try(what) {
    this.#tell('');
    try {
      await what();
    } catch (error) {
      if (error.name !== 'AbortError') this.#tell(error.message);
    }
  }

  /** Shows the cues of a track, from the file as it is now. */
  async showCues(name) {
    if (name !== undefined) this.#chosen.text = name;
    const menu = this.menus.querySelector('#play-text');
    if (menu) menu.value = this.#chosen.text;
    await this.#try(() => this.#showText());
  }

  get text() {
    return this.#chosen.text;
  }

  playAt(seconds) {
    this.video.currentTime = seconds;
    this.video.play().catch(() => {});
  }

  #sum = () =>
    JSON.stringify(
      this.#desk.asset.tracks.map((track) => [
        track.name,
        track.visibility,
        track.problem,
        this.#revisionOf(track),
        track.label,
        track.shown?.label,
      ]),
    );

  /** After something was published: the menus follow, and media only where it is another. */
  #follow() {
    if (this.#known === this.#sum()) return;
    const before = JSON.parse(this.#known || '[]');
    const now = JSON.parse(this.#sum());
    const mediaOf = (list, type) =>
      JSON.stringify(
        list
          .filter(([name]) => this.#desk.asset.tracks.find((track) => track.name === name)?.type !== type)
          .map(([name, , problem, revision]) => [name, problem, revision]),
      );
    const isSame = mediaOf(before, 'text') === mediaOf(now, 'text');
    if (!isSame || this.#isNative) return void this.open();
    this.#known = this.#sum();
    const [pictures, sounds, texts] = ['video', 'audio', 'text'].map((type) => this.#tracks(type));
    this.#drawMenus(pictures, sounds, texts);
    if (this.#chosen.text) this.showCues();
  }

  #tell(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  close() {
    this.#closed = true;
    this.video.pause();
    this.#mse.close();
    this.video.removeAttribute('src');
    this.video.load();
  }
}
