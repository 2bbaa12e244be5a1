/** The form of a parcel: which multipart bodies are one, and what is said of those that are none. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { BOUNDARY, fatesOf, manifestPart, multipart, parcel, picturePart, send } from './multipart.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const framesNow = async () => Number((await api.db.pool.query('SELECT count(*) FROM frames')).rows[0].count);

describe('a body that is no whole parcel is refused by name, and nothing of it is accepted', () => {
  const entry = () => ({ deviceId: 'door', capturedAt: freshMoment() });
  const sound = () => parcel([{}]);
  it.each<[string, () => Uint8Array | string, string?]>([
    ['empty', () => ''],
    ['that is only its end', () => `--${BOUNDARY}--\r\n`],
    ['without any boundary', () => 'hello'],
    ['with another boundary', () => multipart([manifestPart({ frames: [entry()] }), picturePart(jpeg('x'))], 'another')],
    ['that breaks off in a picture', () => sound().subarray(0, -30)],
    ['that breaks off in a header', () => sound().subarray(0, 40)],
    ['that breaks off before its last two hyphens', () => sound().subarray(0, -4)],
    ['with a part without headers', () => multipart([manifestPart({ frames: [entry()] }), { headers: [], content: 'x' }])],
    ['with a part that is nothing at all', () => Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n`), sound()])],
    ['with a header line that is none', () => multipart([manifestPart({ frames: [entry()] }), { headers: ['nonsense', 'Content-Disposition: form-data; name="picture"'], content: 'x' }])],
    ['with a part without a name', () => multipart([manifestPart({ frames: [entry()] }), { headers: ['Content-Disposition: form-data'], content: 'x' }])],
    ['with a part of a stranger\'s name', () => multipart([manifestPart({ frames: [entry()] }), { headers: ['Content-Disposition: form-data; name="__proto__"'], content: 'x' }])],
    ['with a part that is an attachment', () => multipart([manifestPart({ frames: [entry()] }), { headers: ['Content-Disposition: attachment; name="picture"'], content: 'x' }])],
    ['with a header that never ends', () => multipart([{ headers: [`X: ${'x'.repeat(100_000)}`, 'Content-Disposition: form-data; name="manifest"'], content: '{}' }])],
    ['with a thousand headers', () => multipart([{ headers: [...Array.from({ length: 1_000 }, (_, n) => `X-${n}: y`), 'Content-Disposition: form-data; name="manifest"'], content: '{}' }])],
    ['with too many parts', () => multipart(Array.from({ length: 1_000 }, () => picturePart(jpeg('x'))))],
    ['with a hundred thousand parts', () => Buffer.from(`--${BOUNDARY}\r\n\r\n\r\n`.repeat(100_000))],
    ['with multipart within multipart', () => multipart([{ headers: ['Content-Disposition: form-data; name="picture"', 'Content-Type: multipart/mixed; boundary=y'], content: multipart([picturePart(jpeg('x'))], 'y') }])],
    ['without a manifest', () => multipart([picturePart(jpeg('x'))])],
    ['with two manifests', () => multipart([manifestPart({ frames: [entry()] }), manifestPart({ frames: [entry()] }), picturePart(jpeg('x'))])],
    ['with fewer pictures than the manifest names', () => multipart([manifestPart({ frames: [entry(), entry()] }), picturePart(jpeg('x'))])],
    ['with more pictures than the manifest names', () => multipart([manifestPart({ frames: [entry()] }), picturePart(jpeg('x')), picturePart(jpeg('y'))])],
    ...([['nothing', ''], ['no JSON', '{'], ['null', 'null'], ['a list', '[]'], ['a text', '"frames"'], ['no list', '{"frames":{}}'], ['no frame', '{"frames":[]}'], ['NUL', '\0'],
      ['too deep', `${'['.repeat(50_000)}`], ['too large', JSON.stringify({ frames: [], padding: 'x'.repeat(200_000) })], ['too many', JSON.stringify({ frames: Array.from({ length: 65 }, () => ({})) })],
    ] as const).map(([what, text]): [string, () => Buffer] => [`whose manifest is ${what}`, () => multipart([manifestPart(text), picturePart(jpeg('x'))])]),
  ])('%s', async (_what, body) => {
    const before = await framesNow();
    const answer = await send(api, Buffer.from(body() as Uint8Array));
    expect([answer.status, answer.json.code]).toEqual([400, 'multipart_malformed']);
    expect(answer.json.detail).toEqual(expect.any(String));
    expect(await framesNow()).toBe(before);
  });

  it.each([
    ['multipart/form-data', 400, 'multipart_malformed'],
    ['multipart/form-data; boundary=', 400, 'multipart_malformed'],
    ['multipart/form-data; boundary=""', 400, 'multipart_malformed'],
    [`multipart/form-data; boundary=${'x'.repeat(71)}`, 400, 'multipart_malformed'],
    ['multipart/mixed; boundary=x', 415, 'media_type_unsupported'],
    ['application/json', 415, 'media_type_unsupported'],
    ['image/jpeg', 415, 'media_type_unsupported'],
    ['nonsense', 415, 'media_type_unsupported'],
  ])('of type %s: %i %s', async (type, status, code) => {
    const answer = await send(api, parcel([{}]), { headers: { 'content-type': type } });
    expect([answer.status, answer.json.code]).toEqual([status, code]);
  });

  it('that is not there at all: 415', async () => {
    const { status, json } = await api.call({ method: 'POST', url: '/v1/frames' });
    expect([status, json.code]).toEqual([415, 'media_type_unsupported']);
  });

  it('over the limit of bytes: 413 as a whole', async () => {
    const small = await startApiUnderTest({ settings: { maxParcelBytes: 2_000 } });
    await small.accounts();
    expect((await send(small, parcel([{ bytes: Buffer.alloc(1_000, 1) }]))).status).toBe(200);
    for (const bytes of [2_000, 3_000, 20_000]) {
      const answer = await send(small, parcel([{ bytes: Buffer.alloc(bytes, 1) }]));
      expect([answer.status, answer.json.code]).toEqual([413, 'body_too_large']);
    }
    await small.close();
  });
});

describe('a boundary', () => {
  it.each(['a', 'x'.repeat(70), '----WebKitFormBoundary7MA4YWxkTrZu0gW', "'()+_,-./:=?", '=_Part 1'])('may be %j', async (boundary) => {
    const capturedAt = freshMoment();
    const body = multipart([manifestPart({ frames: [{ deviceId: 'door', capturedAt }] }), picturePart(jpeg(capturedAt))], boundary);
    expect(fatesOf(await send(api, body, { headers: { 'content-type': `Multipart/Form-Data; charset=utf-8; boundary="${boundary}"` } }))).toEqual([202]);
  });

  it('that stands in a picture without its line break in front does not end it', async () => {
    const bytes = Buffer.concat([jpeg(`--${BOUNDARY}\r\n`), Buffer.from(`\n--${BOUNDARY}\r--${BOUNDARY}--`)]);
    const { json } = await send(api, parcel([{ bytes }]));
    expect((await api.get(json.items[0].statusUrl)).json.sizeBytes).toBe(bytes.length);
  });
});
