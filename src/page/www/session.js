// Who looks at the page. A token stays in this tab and is gone with it; nothing of it is ever in an address.

import { h } from './dom.js';
import { openDialog } from './dialog.js';

const PLACE = 'signalbox.token';

export const token = () => sessionStorage.getItem(PLACE);

/** What the one who looks may do; set by `app.js` once it is known. */
export const session = { name: '', may_edit: false, tokens: false, prefix: '', players_port: null };

export function forget() {
  sessionStorage.removeItem(PLACE);
}

let asking = null;

/** Asks the person for a token, once however many requests wait for it. */
export function askForToken(wasRefused) {
  asking ??= prompt(wasRefused).finally(() => {
    asking = null;
  });
  return asking;
}

function prompt(wasRefused) {
  const field = h('input', {
    type: 'password',
    id: 'token',
    required: true,
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-describedby': 'token-hint',
  });
  return new Promise((done) => {
    openDialog({
      title: wasRefused ? 'That token is not one of this server’s' : 'A token is needed',
      stays: true,
      content: [
        h(
          'p',
          { id: 'token-hint' },
          'This server knows its editors by tokens. Paste yours; whoever runs the server makes one with ',
          h('code', {}, 'signalbox token'),
          '. It stays in this tab alone and is forgotten when you close it.',
        ),
        h('label', { for: 'token' }, 'Token'),
        field,
      ],
      actions: [
        {
          label: 'Go on',
          primary: true,
          run: () => {
            sessionStorage.setItem(PLACE, field.value.trim());
            done();
          },
        },
      ],
    });
  });
}
