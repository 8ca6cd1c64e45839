// The harness's own reading of an MPD: every AdaptationSet with its annotations and the URLs that its files may have.
window.readMpd = (text, base) => {
  const document = new DOMParser().parseFromString(text, 'application/xml');
  if (document.querySelector('parsererror')) throw new Error('the MPD is not well-formed XML');
  const children = (element, name) => Array.from(element?.children ?? []).filter((child) => child.localName === name);
  const attribute = (element, name) => element?.getAttribute(name) ?? null;
  const escapeRegExp = (s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const baseOf = (element, above) => {
    const own = children(element, 'BaseURL')[0];
    return own ? new URL(own.textContent.trim(), above).href : above;
  };
  const fill = (template, representation, above) => {
    const url = template
      .replace(/\$RepresentationID\$/g, attribute(representation, 'id'))
      .replace(/\$Bandwidth(%0\d+d)?\$/g, attribute(representation, 'bandwidth'))
      .replace(/\$(Number|Time)(%0\d+d)?\$/g, 'NUMBERNUMBER')
      .replace(/\$\$/g, '$');
    return escapeRegExp(new URL(url, above).href).replace(/NUMBERNUMBER/g, '\\d+');
  };

  const mpd = document.documentElement;
  const out = { kind: 'dash', duration: null, variants: [], audio: [], text: [] };
  const parts = /^P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?$/.exec(
    attribute(mpd, 'mediaPresentationDuration') ?? '',
  );
  if (parts) {
    const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part) || 0);
    out.duration = days * 86400 + hours * 3600 + minutes * 60 + seconds;
  }
  for (const period of children(mpd, 'Period')) {
    for (const set of children(period, 'AdaptationSet')) {
      if (children(set, 'EssentialProperty').some((e) => /trickmode|thumbnail/.test(attribute(e, 'schemeIdUri'))))
        continue;
      const representations = children(set, 'Representation');
      const either = (name) => attribute(set, name) ?? attribute(representations[0], name) ?? '';
      const mime = either('mimeType');
      const isText = /^(text|application\/ttml)/.test(mime) || /^(wvtt|stpp)/.test(either('codecs'));
      const type = attribute(set, 'contentType') ?? (isText ? 'text' : mime.split('/')[0]);
      const setBase = baseOf(set, baseOf(period, baseOf(mpd, base)));
      const urlsOf = (representation) => {
        const above = baseOf(representation, setBase);
        const templates = [representation, set, period].flatMap((element) => children(element, 'SegmentTemplate'));
        const say = (name) => templates.map((template) => attribute(template, name)).find(Boolean);
        const named = [say('media'), say('initialization')].filter(Boolean);
        return named.length ? named.map((template) => fill(template, representation, above)) : [escapeRegExp(above)];
      };
      if (type === 'video') {
        for (const representation of representations) {
          const say = (name) => attribute(representation, name) ?? attribute(set, name);
          const number = (name) => Number(say(name));
          out.variants.push({
            width: number('width'),
            height: number('height'),
            bandwidth: number('bandwidth'),
            codecs: say('codecs'),
            urls: urlsOf(representation),
          });
        }
        continue;
      }
      const descriptors = (name) =>
        children(set, name).map((e) => ({ scheme: attribute(e, 'schemeIdUri'), value: attribute(e, 'value') }));
      out[type]?.push({
        language: attribute(set, 'lang'),
        label: children(set, 'Label')[0]?.textContent ?? null,
        roles: descriptors('Role').map((role) => role.value),
        accessibility: descriptors('Accessibility'),
        codecs: either('codecs'),
        urls: representations.flatMap(urlsOf),
      });
    }
  }
  return out;
};
