import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COVERED, trial } from '../adapters/postgres/notice-example.ts';
import type { Sent } from '../adapters/postgres/notice-example.ts';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
beforeAll(async () => {
  api = await startApiUnderTest();
  await api.accounts();
  const DAY = 86_400;
  const later = ([look, ...seconds]: Sent, by: number): Sent => [look, ...seconds.map((second) => second + by)];
  // Anna's door: covered and well again, covered the next day, and suspected of nothing since. Bert's gate: covered.
  await seen('anna', 'door', [COVERED, ['good', 240, 540]]);
  await seen('anna', 'door', [later(COVERED, DAY)]);
  await seen('bert', 'gate', [later(COVERED, 2 * DAY)]);
  await seen('bert', 'yard', [['black', 0]]);
});
afterAll(() => api.close());

async function seen(userId: string, deviceId: string, sent: readonly Sent[]): Promise<void> {
  const { save, settle } = await trial(api.db.pool, sent, { userId, deviceId });
  await save();
  await settle();
}
const list = async (query = '', key?: string) => (await api.get(`/v1/equipment-notices?${query}`, key)).json;
const shortly = ({ notices }: any): string[] => notices.map(({ deviceId, state, messages }: any) => `${deviceId} ${state} ${messages.length}`);

describe('equipment notices', () => {
  it('are listed newest first with their messages; what is only suspected is not', async () => {
    const page = await list();
    expect(shortly(page)).toEqual(['gate open 1', 'door open 1', 'door closed 2']);
    expect(page.next).toBeNull();
    expect(page.notices[1]).toMatchObject({
      kind: 'void', userId: 'anna', reason: 'image_void', since: '2026-03-02T12:00:00.000000Z', lastAt: '2026-03-02T12:03:00.000000Z',
      openedAt: '2026-03-02T12:03:00.000000Z', frames: 5, wellSince: null, closedAt: null,
      messages: [{ contactId: 'anna-mail', channel: 'email', address: 'anna@example.org', state: 'waiting', tries: 0, uncertain: 0 }],
    });
    expect(page.notices[2]).toMatchObject({ wellSince: '2026-03-01T12:04:00.000000Z', closedAt: expect.any(String) });
    expect((await api.get(`/v1/frames/${page.notices[1].firstFrameId}`)).json).toMatchObject({ deviceId: 'door', reason: 'image_void' });
  });

  it('can be narrowed to a device, a user and a state', async () => {
    expect(shortly(await list('deviceId=gate'))).toEqual(['gate open 1']);
    expect(shortly(await list('userId=anna&state=closed'))).toEqual(['door closed 2']);
    expect((await api.get('/v1/equipment-notices?state=suspected')).status).toBe(400);
  });

  it('come in pages, each once', async () => {
    const first = await list('limit=2');
    const second = await list(`limit=2&cursor=${first.next}`);
    expect([...shortly(first), ...shortly(second)]).toEqual(['gate open 1', 'door open 1', 'door closed 2']);
    expect(second.next).toBeNull();
  });

  it('of others are not there for a key of one user', async () => {
    expect(shortly(await list('', await api.key('customer', 'bert')))).toEqual(['gate open 1']);
  });
});

it('the accounting of messages counts those of notices', async () => {
  const messages = async (query = '') => (await api.get(`/v1/ops/accounting?${query}`)).json.messages;
  expect(await messages()).toEqual({ waiting: 4, sending: 0, delivered: 0, failed: 0, uncertain: 0 });
  expect(await messages('userId=bert')).toMatchObject({ waiting: 1 });
  expect(await messages('to=2026-01-01T00:00:00Z')).toMatchObject({ waiting: 0 });
});
