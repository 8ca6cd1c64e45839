// What is known when all is played: codecs as declared, no failed or blocked answer, no error.

export async function finish(session) {
  const { manifest } = session;
  const { codecsSeen } = await session.call('mse');
  const strings = [...manifest.variants, ...manifest.audio, ...manifest.text].flatMap((x) =>
    (x.codecs ?? '').split(/,\s*/),
  );
  const declared = new Set(strings.filter(Boolean).map((codec) => codec.toLowerCase()));
  const known = (codec) =>
    [...declared].some(
      (d) => d === codec.toLowerCase() || (/^(av01|opus|stpp)$/i.test(codec) && d.startsWith(codec.toLowerCase())),
    );
  const odd = codecsSeen.filter((codec) => !known(codec) && codec !== 'wvtt');
  session.check(
    'codecs',
    !odd.length,
    `the init segments carry ${codecsSeen.join(', ')}; declared are ${[...declared].join(', ')}`,
  );

  for (const { level, source, text } of await session.call('events'))
    (level === 'fatal' ? session.errors : session.warnings).push(`${source}: ${text}`);
  const count = {};
  for (const { status } of session.requests) count[status] = (count[status] ?? 0) + 1;
  const bad = session.requests.filter(({ status }) =>
    typeof status === 'number' ? status >= 400 : status !== 'aborted',
  );
  const first = bad.length ? `; first ${bad[0].status} ${bad[0].url}` : '';
  session.check(
    'http',
    !bad.length,
    Object.entries(count)
      .map(([status, n]) => `${n}× ${status}`)
      .join(', ') + first,
  );
  const cors = session.warnings.filter((warning) => /CORS policy/.test(warning));
  session.check('cors', !cors.length, cors[0] ?? 'no answer blocked');
  const errors = session.errors.join(' | ').slice(0, 600);
  session.check('errors', !session.errors.length, errors || `none fatal, ${session.warnings.length} warnings`);
}
