/** Damage of every kind to a sound parcel, from a fixed seed: whatever the body is, the answer has a name, and comes. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FAILURES } from '../../contracts/failures.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { freshMoment, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { BOUNDARY, inPieces, manifestPart, multipart, parcel, picturePart, send } from './multipart.ts';

const ROUNDS = 3_000;
/** Far above the slowest honest answer on a busy machine: only what hangs takes as long. */
const HANGS_AFTER_MS = 30_000;

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest({ settings: { userWaitingFrames: 1_000_000, backlogFrames: 1_000_000 } });
  await api.accounts();
});
afterAll(() => api.close());

type Draw = (below: number) => number;

/** What decides how a multipart body is read, wherever it turns up. */
const TOKENS = [
  `--${BOUNDARY}`, `--${BOUNDARY}--`, `\r\n--${BOUNDARY}\r\n`, `\r\n--${BOUNDARY}--\r\n`, '\r\n\r\n', '\r\n', '\r', '\n', '--', ':', ';', '"', '\\', '\0', '=', 'name="manifest"', 'name="picture"', 'name*=utf-8\'\'%zz',
  'Content-Disposition: form-data; name="picture"\r\n', 'Content-Type: multipart/mixed; boundary=y\r\n', 'Content-Digest: sha-256=:AAAA:\r\n', '{"frames":[{}]}', '[', '}', '\u{1f408}', 'x'.repeat(9_000),
];

const MUTATIONS: readonly ((body: Buffer, draw: Draw) => Buffer)[] = [
  function flipsOneBit(body, draw) {
    const at = draw(body.length);
    body[at] = (body[at] ?? 0) ^ (1 << draw(8));
    return body;
  },
  function overwritesSomeBytes(body, draw) {
    for (let n = draw(20); n >= 0; n -= 1) body[draw(body.length)] = draw(256);
    return body;
  },
  function cutsTheEnd(body, draw) {
    return body.subarray(0, draw(body.length));
  },
  function cutsTheStart(body, draw) {
    return body.subarray(draw(body.length));
  },
  function dropsAPiece(body, draw) {
    const from = draw(body.length);
    return Buffer.concat([body.subarray(0, from), body.subarray(from + draw(200))]);
  },
  function repeatsAPiece(body, draw) {
    const from = draw(body.length);
    return Buffer.concat([body.subarray(0, from + draw(body.length - from)), body.subarray(from)]);
  },
  function insertsAToken(body, draw) {
    const at = draw(body.length);
    return Buffer.concat([body.subarray(0, at), Buffer.from(TOKENS[draw(TOKENS.length)]!), body.subarray(at)]);
  },
  function exchangesATokenForAnother(body, draw) {
    const [old, other] = [TOKENS[draw(TOKENS.length)]!, TOKENS[draw(TOKENS.length)]!];
    const at = body.indexOf(old, draw(body.length));
    return at === -1 ? body : Buffer.concat([body.subarray(0, at), Buffer.from(other), body.subarray(at + old.length)]);
  },
  function isNoiseBetweenBoundaries(_body, draw) {
    const noise = () => Buffer.from(Array.from({ length: draw(300) }, () => draw(256)));
    return multipart(Array.from({ length: draw(4) }, () => ({ headers: [noise().toString('latin1')], content: noise() })));
  },
  function hasAnotherManifest(_body, draw) {
    const values = ['door', '', null, 7, '2026-11-21T02:14:00Z', 'x'.repeat(3_000), '\0', {}, [], true];
    const value = () => values[draw(values.length)];
    const fields = ['deviceId', 'capturedAt', 'contentDigest', 'idempotencyKey', '__proto__'];
    const frames = Array.from({ length: 1 + draw(3) }, () => ({ deviceId: 'door', capturedAt: freshMoment(), [fields[draw(fields.length)]!]: value() }));
    const types = ['image/jpeg', 'image/jpeg', 'image/webp', 'text/html', '', ';'];
    return multipart([manifestPart({ frames: draw(10) === 0 ? value() : frames }), ...frames.map(() => picturePart(Buffer.alloc(draw(20), draw(256)), types[draw(types.length)]))]);
  },
];

function soundParcel(draw: Draw): Buffer<ArrayBuffer> {
  return Buffer.from(parcel(Array.from({ length: 1 + draw(3) }, () => {
    const bytes = Buffer.from(Array.from({ length: draw(400) }, () => draw(256)));
    return { bytes, headers: draw(2) === 0 ? [] : [`Content-Digest: sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`] };
  })));
}

it('a sound parcel is the same parcel wherever the network cuts it', { timeout: 120_000 }, async () => {
  const body = parcel([{}, { bytes: Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n`) }]);
  const whole = (await send(api, body)).json.items.map(({ frameId }: any) => frameId);
  const ways = [...Array.from({ length: body.length }, (_, at) => [at]), Array.from({ length: body.length }, (_, at) => at)];
  for (const cuts of ways) {
    const { status, json } = await send(api, inPieces(body, cuts));
    expect([status, ...(json.items ?? []).map(({ frameId }: any) => frameId)], `cut at ${cuts.slice(0, 3)}: ${JSON.stringify(json).slice(0, 300)}`).toEqual([200, ...whole]);
  }
});

it(`${ROUNDS} damaged parcels, and each is answered by name`, { timeout: 300_000 }, async () => {
  const random = seededRandom(20_261_121);
  const draw: Draw = (below) => Math.floor(random() * below);
  const seen = new Map<string, number>();
  const slowest = { ms: 0, round: -1 };
  for (let round = 0; round < ROUNDS; round += 1) {
    let body = soundParcel(draw);
    for (let n = 1 + (draw(4) === 0 ? draw(3) : 0); n > 0; n -= 1) body = MUTATIONS[draw(MUTATIONS.length)]!(Buffer.from(body), draw) as Buffer<ArrayBuffer>;
    const startedAt = performance.now();
    const answer = await Promise.race([send(api, draw(2) === 0 ? body : inPieces(body, Array.from({ length: draw(6) }, () => draw(body.length + 1)).sort((a, b) => a - b))), new Promise<never>((_, reject) => { setTimeout(() => reject(new Error(`round ${round} hangs`)), HANGS_AFTER_MS).unref(); })]);
    const ms = performance.now() - startedAt;
    if (ms > slowest.ms) Object.assign(slowest, { ms, round });
    const fates: string[] = answer.status === 200 ? answer.json.items.map(({ status, problem }: any) => problem?.code ?? String(status)) : [answer.json.code];
    for (const fate of fates) {
      const named = fate === '202' || fate === '200' || (Object.hasOwn(FAILURES, fate) && fate !== 'internal');
      expect(named, `round ${round}: ${JSON.stringify(answer.json).slice(0, 500)}`).toBe(true);
      seen.set(fate, (seen.get(fate) ?? 0) + 1);
    }
    expect(answer.status, `round ${round}: ${JSON.stringify(answer.json).slice(0, 500)}`).toBeLessThan(500);
  }
  // Damage that only ever breaks the outermost form, or nothing at all, would prove little.
  for (const fate of ['202', 'multipart_malformed', 'request_malformed', 'device_unknown', 'captured_at_malformed', 'body_empty', 'media_type_unsupported', 'digest_mismatch']) {
    expect(seen.get(fate) ?? 0, `${fate} of ${JSON.stringify([...seen])}`).toBeGreaterThan(0);
  }
  process.stderr.write(`damaged parcels: ${JSON.stringify(Object.fromEntries(seen))}; slowest ${slowest.ms.toFixed(0)} ms\n`);
});
