import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRefusalMemory } from '../../api/refused-uploads.ts';
import type { RefusalMemory } from '../../api/refused-uploads.ts';
import { noteRefusedUploads } from '../../adapters/postgres/refused-uploads.ts';
import type { RefusedUploads } from '../../adapters/postgres/refused-uploads.ts';
import { jpeg, secondsAgo, startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

describe('what was refused', () => {
  let nowMs = 0;
  const written: (readonly RefusedUploads[])[] = [];
  const memory = () => createRefusalMemory(async (refused) => { written.push(refused); }, () => nowMs);
  beforeEach(() => {
    nowMs = 0;
    written.length = 0;
  });

  it('is written together, once, by how long ago it was', async () => {
    const refusals = memory();
    refusals.note({ deviceId: 'gate', code: 'captured_at_too_late', aheadMs: 600_000 });
    nowMs = 3_000;
    refusals.note({ deviceId: 'gate', code: 'captured_at_too_late', aheadMs: 601_400 });
    refusals.note({ deviceId: 'yard', code: 'quota_exceeded', aheadMs: 5 });
    nowMs = 5_000;
    await refusals.flush();
    await refusals.flush();
    expect(written).toEqual([[
      { deviceId: 'gate', agoMs: 2_000, wrongTimes: { code: 'captured_at_too_late', uploads: 2, firstAgoMs: 5_000, lastAgoMs: 2_000, offSeconds: 601 } },
      { deviceId: 'yard', agoMs: 2_000, wrongTimes: null },
    ]]);
  });

  it('and could not be written is written with the next', async () => {
    let away = true;
    const refusals = createRefusalMemory(async (refused) => {
      if (away) throw new Error('away');
      written.push(refused);
    }, () => nowMs);
    refusals.note({ deviceId: 'gate', code: 'captured_at_too_early', aheadMs: -1e9 });
    await expect(refusals.flush()).rejects.toThrow('away');
    refusals.note({ deviceId: 'gate', code: 'captured_at_too_early', aheadMs: -1e9 });
    away = false;
    await refusals.flush();
    expect(written[0]).toMatchObject([{ deviceId: 'gate', wrongTimes: { uploads: 2 } }]);
  });
});

describe('the door', () => {
  let api: ApiUnderTest;
  let refusals: RefusalMemory;
  beforeAll(async () => {
    api = await startApiUnderTest({ deps: { refusals: { note: (upload) => refusals.note(upload) } } });
    refusals = createRefusalMemory((refused) => noteRefusedUploads(api.db.pool, refused));
    await api.accounts();
  });
  afterAll(() => api.close());

  it('remembers devices that it knows, and by how much their clocks are off', async () => {
    expect((await api.push('door', secondsAgo(-600), jpeg('x'))).json.code).toBe('captured_at_too_late');
    expect((await api.push('gate', '1970-01-01T00:00:10Z', jpeg('x'))).json.code).toBe('captured_at_too_early');
    expect((await api.push('nobody', secondsAgo(-600), jpeg('x'))).json.code).toBe('device_unknown');
    await api.push('door', secondsAgo(1), jpeg('x'));
    await refusals.flush();
    const { rows } = await api.db.pool.query('SELECT device_id, code, uploads, off_seconds FROM refused_uploads ORDER BY device_id');
    expect(rows.map(({ device_id: device, code, uploads }) => [device, code, uploads])).toEqual([['door', 'captured_at_too_late', 1], ['gate', 'captured_at_too_early', 1]]);
    expect([Math.abs(rows[0].off_seconds - 600) < 30, rows[1].off_seconds < -50 * 365 * 86_400]).toEqual([true, true]);
  });
});
