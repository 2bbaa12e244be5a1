/** What only a real socket shows. */
import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { promisify } from 'node:util';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startApi } from '../../api/main.ts';
import type { RunningApi } from '../../api/main.ts';
import { jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const LIMIT = 100_000;
const run = promisify(execFile);
let api: ApiUnderTest;
let server: RunningApi;
let key: string;
beforeAll(async () => {
  api = await startApiUnderTest({ settings: { maxBodyBytes: LIMIT } });
  await api.accounts();
  key = await api.key('ingest');
  server = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, api.deps);
});
afterAll(async () => {
  await server.close();
  await api.close();
});

const headers = () => ({ authorization: `Bearer ${key}`, 'content-type': 'image/jpeg' });
const door = (at = secondsAgo(60)) => `/v1/devices/door/frames?captured_at=${at}`;
const head = (path: string, extra: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key}\r\nContent-Type: image/jpeg\r\n${extra}\r\n\r\n`;

/** Everything that the server says until it closes the line. */
async function said(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => { text += chunk; });
  await once(socket, 'close');
  return text;
}

async function* endless() {
  for (;;) yield Buffer.alloc(64 * 1024);
}

describe('a body that is too large', () => {
  it.each([1.5, 3, 100])('is answered 413 at %s times the limit, and the sender always hears it', async (times) => {
    for (let n = 0; n < 5; n += 1) {
      const body = Buffer.alloc(LIMIT * times, 1);
      const answer = await request(server.url + door(), { method: 'POST', headers: headers(), body });
      expect([answer.statusCode, (await answer.body.json() as any).code]).toEqual([413, 'body_too_large']);
    }
  });

  it('is answered 413 when it never ends and has no length', async () => {
    const agent = new Agent();
    const answer = await request(server.url + door(), { method: 'POST', headers: headers(), body: endless() as never, dispatcher: agent });
    expect([answer.statusCode, answer.headers['connection']]).toEqual([413, 'close']);
    await answer.body.dump();
    await agent.destroy();
  });

  it('is heard by curl too (skipped where there is none)', async ({ skip }) => {
    skip(spawnSync('curl', ['--version']).status !== 0, 'curl is not installed');
    const { stdout } = await run('sh', ['-c', `head -c ${LIMIT * 30} /dev/zero | curl -s -o /dev/null -w '%{http_code}' -H 'authorization: Bearer ${key}' -H 'content-type: image/jpeg' -H 'Expect:' --data-binary @- '${server.url}${door()}'`]);
    expect(stdout).toBe('413');
  });

  it('closes the connection when it was not read to its end, and says so', async () => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(head(door(), `Content-Length: ${LIMIT * 100}`));
    socket.write(Buffer.alloc(1_000));
    const text = await said(socket);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text).toContain('"code":"body_too_large"');
    const figures = await request(`${server.url}/metrics`).then(({ body }) => body.text());
    expect(figures).toMatch(/watchpost_http_requests_total\{method="POST",route="\/v1\/devices\/:deviceId\/frames",status="413"\} [1-9]/);
    expect(api.log.filter(({ status }) => status === 413)).not.toHaveLength(0);
  });
});

describe('senders that misbehave', () => {
  it('one that breaks off in the middle leaves no frame and harms nobody', async () => {
    const before = (await api.db.pool.query('SELECT 1 FROM frames')).rowCount;
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(head(door(), 'Content-Length: 5000'));
    socket.write(Buffer.alloc(100));
    socket.resetAndDestroy();
    expect((await request(`${server.url}/healthz`)).statusCode).toBe(200);
    expect((await api.db.pool.query('SELECT 1 FROM frames')).rowCount).toBe(before);
  });

  it.each(['GARBAGE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', `GET /healthz HTTP/1.1\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'])(
    'one that speaks no HTTP is told so: %.20j', async (bytes) => {
      const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
      socket.on('error', () => {});
      socket.write(bytes);
      const text = await said(socket);
      expect(text).toMatch(/^HTTP\/1\.1 400 /);
      expect(text).toContain('application/problem+json');
      expect((await request(`${server.url}/healthz`)).statusCode).toBe(200);
    });

  it('one that says less than it announced is not waited for by others', async () => {
    const slow = connect(Number(new URL(server.url).port), '127.0.0.1');
    slow.write(head(door(), 'Content-Length: 5000'));
    const answer = await request(server.url + door(secondsAgo(70)), { method: 'POST', headers: headers(), body: jpeg('x') });
    expect(answer.statusCode).toBe(202);
    slow.destroy();
  });
});

describe('memory', () => {
  it('bodies that are being received at once have a limit, and the next is told to come again', async () => {
    const narrow = await startApiUnderTest({ settings: { maxBodyBytes: LIMIT, maxReceivingBytes: 20_000 } });
    await narrow.accounts();
    key = await narrow.key('ingest');
    const other = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, narrow.deps);
    const post = (bytes: number) => request(other.url + door(), { method: 'POST', headers: headers(), body: Buffer.alloc(bytes, 1) });
    const refused = await post(50_000);
    expect([refused.statusCode, (await refused.body.json() as any).code, refused.headers['retry-after']]).toEqual([503, 'collector_full', '10']);
    expect((await post(10_000)).statusCode).toBe(202);
    key = await api.key('ingest');
    await other.close();
    await narrow.close();
  });
});

describe('stopping', () => {
  it('finishes what runs, and refuses what comes on a connection that is still open', async () => {
    let entered = () => {};
    const running = new Promise<void>((resolve) => { entered = resolve; });
    let release = () => {};
    const held = new Promise<void>((resolve) => { release = resolve; });
    const stopping = await startApi({ host: '127.0.0.1', port: 0, stepOver: false }, {
      ...api.deps, acceptFrames: async (frames) => { entered(); await held; return api.deps.acceptFrames(frames); },
    });
    const port = Number(new URL(stopping.url).port);
    // Two requests on one connection: the first is running when we stop, the second is read after it.
    const socket = connect(port, '127.0.0.1');
    const text = said(socket);
    const body = jpeg('running');
    socket.write(head(door(secondsAgo(80)), `Content-Length: ${body.length}`));
    socket.write(body);
    await running;
    const closed = stopping.close();
    await vi.waitUntil(() => request(`${stopping.url}/healthz`).then(({ body: left }) => left.dump().then(() => false), () => true));
    socket.write(head(door(secondsAgo(81)), `Content-Length: ${body.length}`));
    socket.write(body);
    release();
    await closed;
    const [first, second] = (await text).split(/(?=HTTP\/1\.1 )/);
    expect(first).toMatch(/^HTTP\/1\.1 202 /);
    expect(second).toMatch(/^HTTP\/1\.1 503 /);
    expect(second).toContain('shutting_down');
    expect(second?.toLowerCase()).toContain('connection: close');
    expect((await api.db.pool.query('SELECT 1 FROM frames WHERE size_bytes = $1', [body.length])).rowCount).toBe(1);
  });
});

describe('the port', () => {
  it('that is taken is stepped over when that was asked for, and is an error otherwise', async () => {
    const port = Number(new URL(server.url).port);
    await expect(startApi({ host: '127.0.0.1', port, stepOver: false }, api.deps)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const next = await startApi({ host: '127.0.0.1', port, stepOver: true }, api.deps);
    expect(Number(new URL(next.url).port)).toBeGreaterThan(port);
    expect((await request(`${next.url}/healthz`)).statusCode).toBe(200);
    await next.close();
  });
});
