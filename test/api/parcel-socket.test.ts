/** What only a real socket shows of parcels, and how other programs make them. */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { request } from 'undici';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { startApi } from '../../api/main.ts';
import { freshMoment, jpeg, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';
import { BOUNDARY, digestOf, fatesOf, parcel } from './multipart.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
});
afterAll(() => api.close());

const framesNow = async () => Number((await api.db.pool.query('SELECT count(*) FROM frames')).rows[0].count);

it('the bodies that are held at once have a limit, which is free again once they are answered', async () => {
  let entered = () => {};
  const running = new Promise<void>((resolve) => { entered = resolve; });
  let release = () => {};
  const until = new Promise<void>((resolve) => { release = resolve; });
  const { acceptFrames } = createLedger(api.db.pool);
  const narrow = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, {
    ...api.deps, settings: { ...api.deps.settings, maxReceivingBytes: 50_000 }, acceptFrames: async (frames) => { entered(); await until; return acceptFrames(frames); },
  });
  const key = await api.key('ingest');
  const post = async (body: Buffer) => {
    const answer = await request(`${narrow.url}/v1/frames`, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` }, body });
    return { status: answer.statusCode, json: await answer.body.json() as any };
  };
  const first = post(parcel([{ bytes: Buffer.alloc(30_000, 1) }]));
  await running;
  const second = await post(parcel([{ bytes: Buffer.alloc(30_000, 2) }]));
  expect([second.status, second.json.code]).toEqual([503, 'collector_full']);
  release();
  expect(fatesOf(await first)).toEqual([202]);
  expect(fatesOf(await post(parcel([{ bytes: Buffer.alloc(30_000, 2) }])))).toEqual([202]);
  expect((await post(parcel([{ bytes: Buffer.alloc(60_000, 3) }]))).status).toBe(413);
  await narrow.close();
});

it('the sender hears what is wrong and keeps its connection, or hears that it closes', async () => {
  const server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, { ...api.deps, settings: { ...api.deps.settings, maxParcelBytes: 10_000 } });
  const headers = { authorization: `Bearer ${await api.key('ingest')}`, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  for (const [body, status, code, connection] of [
    [parcel([{}]).subarray(0, -30), 400, 'multipart_malformed', 'keep-alive'],
    [parcel([{ bytes: Buffer.alloc(15_000, 1) }]), 413, 'body_too_large', 'close'],
    [parcel([{ bytes: Buffer.alloc(2_000_000, 1) }]), 413, 'body_too_large', 'close'],
  ] as const) {
    const answer = await request(`${server.url}/v1/frames`, { method: 'POST', headers, body });
    expect([answer.statusCode, (await answer.body.json() as any).code, answer.headers['connection']]).toEqual([status, code, connection]);
  }
  await server.close();
});

it('one that breaks off in the middle of a parcel leaves no frame, holds no memory and harms nobody', async () => {
  const narrow = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, { ...api.deps, settings: { ...api.deps.settings, maxReceivingBytes: 50_000 } });
  const key = await api.key('ingest');
  const body = parcel([{ bytes: Buffer.alloc(40_000, 1) }]);
  const before = await framesNow();
  for (let n = 0; n < 3; n += 1) {
    const socket = connect(Number(new URL(narrow.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`POST /v1/frames HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: multipart/form-data; boundary=${BOUNDARY}\r\nContent-Length: ${body.length}\r\n\r\n`);
    await new Promise((written) => { socket.write(body.subarray(0, 35_000), written); });
    socket.destroy();
  }
  const headers = { authorization: `Bearer ${key}`, 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  await vi.waitFor(async () => {
    const answer = await request(`${narrow.url}/v1/frames`, { method: 'POST', headers, body });
    expect([answer.statusCode, fatesOf({ json: await answer.body.json() })]).toEqual([200, [expect.any(Number)]]);
  }, { timeout: 20_000, interval: 20 });
  expect(await framesNow()).toBe(before + 1);
  await narrow.close();
});

it('FormData makes a parcel', async () => {
  const server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
  const form = new FormData();
  const moments = [freshMoment(), freshMoment()];
  for (const moment of moments) form.append('picture', new Blob([jpeg(moment)], { type: 'image/jpeg' }));
  // Behind the pictures, because nobody says that it must come first.
  form.append('manifest', JSON.stringify({ frames: moments.map((capturedAt) => ({ deviceId: 'door', capturedAt })) }));
  const answer = await fetch(`${server.url}/v1/frames`, { method: 'POST', headers: { authorization: `Bearer ${await api.key('ingest')}` }, body: form as never });
  expect(fatesOf({ json: await answer.json() })).toEqual([202, 202]);
  await server.close();
});

it('curl makes a parcel, as the documentation says (skipped where there is none)', async ({ skip }) => {
  skip(spawnSync('curl', ['--version']).status !== 0, 'curl is not installed');
  const server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
  await Promise.all(['door.jpg', 'gate.webp'].map((name) => writeFile(join(api.home, name), jpeg(name))));
  const manifest = JSON.stringify({ frames: [{ deviceId: 'door', capturedAt: freshMoment() }, { deviceId: 'gate', capturedAt: freshMoment() }] });
  const { stdout } = await promisify(execFile)('curl', [
    '-sS', `${server.url}/v1/frames`, '-H', `authorization: Bearer ${await api.key('ingest')}`,
    '-F', `manifest=${manifest};type=application/json`, '-F', 'picture=@door.jpg;type=image/jpeg',
    '-F', `picture=@gate.webp;type=image/webp;headers="Content-Digest: ${digestOf(jpeg('gate.webp'))}"`,
  ], { cwd: api.home });
  const json = JSON.parse(stdout);
  expect(fatesOf({ json })).toEqual([202, 202]);
  expect((await api.get(json.items[1].statusUrl)).json).toMatchObject({ mediaType: 'image/webp', sizeBytes: jpeg('gate.webp').length });
  await server.close();
});
