// Asks the server's API. Everything that the page knows comes through here.

import { askForToken, token } from './session.js';

const BASE = '/api/v1';

/** Why a request was not done, as the server says it (RFC 9457). */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || `the server answered ${status}`);
    Object.assign(this, { status, problem, errors: problem.errors ?? [], current: problem.current });
  }
}

/** The path of the parts, each encoded. */
export const at = (...parts) => `${BASE}/${parts.map(encodeURIComponent).join('/')}`;

function headersFor(more) {
  const headers = new Headers(more);
  if (token()) headers.set('Authorization', `Bearer ${token()}`);
  return headers;
}

/** Asks; where a token is needed, asks the person for one and goes on. */
export async function fetched(path, { method = 'GET', headers = {}, body, signal } = {}) {
  for (;;) {
    const used = token();
    let answer;
    try {
      answer = await fetch(path, {
        method,
        headers: headersFor(headers),
        body,
        signal,
        cache: 'no-cache',
        credentials: 'omit',
      });
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Refused(0, { detail: 'The server cannot be reached. Is it running?' });
    }
    if (answer.status === 401) {
      if (token() === used) await askForToken(Boolean(used));
      continue;
    }
    if (answer.ok || answer.status === 304) return answer;
    throw new Refused(
      answer.status,
      await answer.json().catch(() => ({ detail: `The server answered ${answer.status}.` })),
    );
  }
}

/** JSON from the API, with its entity tag. */
export async function ask(path, { method, body, type = 'application/json', ifMatch, signal } = {}) {
  const headers = {};
  if (body !== undefined) headers['Content-Type'] = type;
  if (ifMatch) headers['If-Match'] = `"${ifMatch}"`;
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const answer = await fetched(path, { method, headers, body: sent, signal });
  return answer.status === 204 ? null : answer.json();
}

export const patch = (path, body, ifMatch) => ask(path, { method: 'PATCH', body, ifMatch });
export const post = (path, body, more = {}) => ask(path, { method: 'POST', body, ...more });
export const preview = (asset, draft, signal) =>
  ask(at('assets', asset, 'preview'), { method: 'POST', body: draft, type: 'application/merge-patch+json', signal });

/** Media of the API, or a part of it. */
export async function media(path, { bytes, signal } = {}) {
  const answer = await fetched(path, { headers: bytes ? { Range: `bytes=0-${bytes - 1}` } : {}, signal });
  return answer.arrayBuffer();
}

/** Brings a file; `onProgress` is told the part that has gone. A token that ended is asked for anew. */
export async function upload(path, file, { onProgress, signal }) {
  for (;;) {
    // Whether the token still holds is asked before the file goes: a server that refuses a large file while it comes cuts
    // the connection, and then no browser tells why.
    await fetched(at('session'), { signal });
    try {
      return await put(path, file, onProgress, signal);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 401) throw error;
    }
  }
}

function put(path, file, onProgress, signal) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    if (token()) request.setRequestHeader('Authorization', `Bearer ${token()}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.setRequestHeader('If-None-Match', '*');
    request.responseType = 'json';
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () => {
      if (request.status < 300) done(request.response);
      else fail(new Refused(request.status, request.response ?? { detail: `The server answered ${request.status}.` }));
    };
    request.onerror = () =>
      fail(new Refused(0, { detail: 'The connection broke off. Nothing of the file is left on the server.' }));
    request.onabort = () => fail(new DOMException('given up', 'AbortError'));
    signal?.addEventListener('abort', () => request.abort());
    request.send(file);
  });
}
