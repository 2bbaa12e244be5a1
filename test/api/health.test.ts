import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import { createPool } from '../../adapters/postgres/pool.ts';
import { Failure } from '../../contracts/failures.ts';
import { freePort } from '../../adapters/embedded/port.ts';
import { jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const open = async (api: ApiUnderTest, url: string) => {
  const response = await api.app.inject(url);
  return { status: response.statusCode, json: response.headers['content-type']?.toString().includes('json') ? response.json() : undefined, text: response.body };
};

describe('with everything in place', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    api = await startApiUnderTest();
    await api.accounts();
  });
  afterAll(() => api.close());

  it('the process is alive and ready, without a key', async () => {
    expect(await open(api, '/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(await open(api, '/readyz')).toMatchObject({ status: 200, json: { ready: true, database: 'ok', frameStore: 'ok' } });
  });

  it('figures name what waits and what was answered, and never a user or a device', async () => {
    await api.push('door', secondsAgo(5), jpeg('x'));
    await api.push('nobody', secondsAgo(5), jpeg('x'));
    const { status, text } = await open(api, '/metrics');
    expect(status).toBe(200);
    for (const line of ['watchpost_database_up 1', 'watchpost_frames_waiting 1', 'watchpost_frames_settled{state="alerted"} 0',
      'watchpost_http_requests_total{method="POST",route="/v1/devices/:deviceId/frames",status="202"} 1',
      'watchpost_accept_seconds_count{outcome="accepted"} 1', 'watchpost_accept_seconds_count{outcome="device_unknown"} 1']) expect(text).toContain(`${line}\n`);
    expect(text).not.toMatch(/anna|door/);
  });
});

describe('without the database', () => {
  let api: ApiUnderTest;
  beforeAll(async () => {
    const pool = createPool(`postgresql://nobody@127.0.0.1:${await freePort()}/none`, { connections: 2, applicationName: 'test' });
    api = await startApiUnderTest({ deps: { pool, acceptFrames: createLedger(pool).acceptFrames } });
  });
  afterAll(() => api.close());

  it('the process lives, is not ready, and says what is away', async () => {
    expect((await open(api, '/healthz')).status).toBe(200);
    expect(await open(api, '/readyz')).toMatchObject({ status: 503, json: { ready: false, database: 'database_unavailable', frameStore: 'ok' } });
  });

  it('requests are answered 503 with Retry-After, and nothing tells where the database is', async () => {
    const answer = await api.push('door', secondsAgo(5), jpeg('x'));
    expect([answer.status, answer.json.code]).toEqual([503, 'database_unavailable']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect(JSON.stringify(answer.json)).not.toMatch(/127\.0\.0\.1|ECONN/);
  });

  it('figures are still there, and say that they are blind', async () => {
    const { text } = await open(api, '/metrics');
    expect(text).toContain('watchpost_database_up 0\n');
    expect(text).toContain('watchpost_frames_waiting Nan\n');
  });
});

describe('without the frame store', () => {
  it('frames are answered 503 before anything reaches the ledger', async () => {
    const api = await startApiUnderTest();
    await api.accounts();
    await rename(join(api.home, 'frames'), join(api.home, 'unmounted'));
    const answer = await api.push('door', secondsAgo(5), jpeg('x'));
    expect([answer.status, answer.json.code, answer.headers['retry-after']]).toEqual([503, 'frame_store_unavailable', '3']);
    expect((await api.db.pool.query('SELECT 1 FROM frames')).rowCount).toBe(0);
    expect(await open(api, '/readyz')).toMatchObject({ status: 503, json: { database: 'ok', frameStore: 'frame_store_unavailable' } });
    await rename(join(api.home, 'unmounted'), join(api.home, 'frames'));
    expect((await api.push('door', secondsAgo(5), jpeg('x'))).status).toBe(202);
    await api.close();
  });
});

describe('a defect', () => {
  it('is answered 500 with a request id that stands in the log beside the stack, and nothing else', async () => {
    const api = await startApiUnderTest({ deps: { acceptFrames: () => Promise.reject(new TypeError('secret inner workings')) } });
    await api.accounts();
    const { status, json } = await api.push('door', secondsAgo(5), jpeg('x'));
    expect([status, json.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(json)).not.toContain('secret');
    const line = api.log.find(({ msg }) => msg === 'defect') as any;
    expect(line).toMatchObject({ requestId: json.requestId, err: { stack: expect.stringContaining('secret inner workings') } });
    await api.close();
  });

  it('an outcome that is not known is answered 503: send again', async () => {
    const api = await startApiUnderTest({ deps: { acceptFrames: () => Promise.reject(new Failure('outcome_unknown', 'connection lost at commit')) } });
    await api.accounts();
    const { status, json, headers } = await api.push('door', secondsAgo(5), jpeg('x'));
    expect([status, json.code, headers['retry-after']]).toEqual([503, 'outcome_unknown', '1']);
    await api.close();
  });
});
