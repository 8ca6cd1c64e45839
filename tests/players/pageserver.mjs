// Serves the page that holds the player, on another origin than the stream, so that CORS is tested.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LIBRARIES = {
  'hls.js': 'hls.js/dist/hls.js',
  'dash.js': 'dashjs/dist/modern/umd/dash.all.debug.js',
  shaka: 'shaka-player/dist/shaka-player.compiled.debug.js',
  'video.js': 'video.js/dist/video.js',
};
const ADAPTERS = { 'hls.js': 'hlsjs', 'dash.js': 'dashjs', shaka: 'shaka', 'video.js': 'videojs' };

const page = (player) => `<!doctype html><meta charset=utf-8><title>${player}</title>
<style>body{margin:0}video{width:320px;height:180px}</style>
<div style="position:relative"><video playsinline crossorigin=anonymous></video><div id=ttml></div></div>
<script src=/page/probe.js></script>
<script src=/lib/${LIBRARIES[player]}></script>
<script src=/page/${ADAPTERS[player]}.js></script>
<script src=/page/mpd.js></script>
<script src=/page/harness.js></script>`;

/** The file behind a URL of the page, or nothing. */
function fileOf(url) {
  const [, folder, rest] = /^\/(lib|page)\/(.+)$/.exec(path.posix.normalize(url)) ?? [];
  const file = folder && path.join(HERE, folder === 'lib' ? 'node_modules' : 'page', rest);
  return file && fs.existsSync(file) ? file : null;
}

export function startPageServer(player) {
  const server = http.createServer((request, response) => {
    const send = (type, body) => {
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
      response.end(body);
    };
    if (request.url === '/') return send('text/html', page(player));
    const file = fileOf(request.url);
    if (file) return send('text/javascript', fs.readFileSync(file));
    response.writeHead(request.url === '/favicon.ico' ? 204 : 404);
    response.end();
  });
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return new Promise((started) => {
    server.listen(0, '127.0.0.1', () => started({ base: `http://127.0.0.1:${server.address().port}`, close }));
  });
}
