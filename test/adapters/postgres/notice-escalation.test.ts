import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { escalateDueNotices } from '../../../adapters/postgres/escalate-notices.ts';
import { acknowledgeNotice, dueNotices } from '../../../adapters/postgres/notices.ts';
import { query } from '../../../adapters/postgres/pool.ts';
import type { Level } from '../../../contracts/escalation.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { seedUser } from '../../support/plant-data.ts';
import { COVERED, forget, noticesOf, send } from './notice-example.ts';
import type { Sent } from './notice-example.ts';

const WELL: Sent = ['good', 240, 300, 360, 420, 480, 540];
const ALL = ['low', 'medium', 'high', 'critical'] as const;
const level = (changed: Partial<Level>): Level => ({ channels: [], contacts: null, severities: ALL, waitSeconds: 300, repeats: 0, ...changed });

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate', 'yard']);
  await seedUser(db.pool, 'guard', []);
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db.pool);
  await db.pool.query('UPDATE users SET equipment_chain_id = NULL; DELETE FROM chains');
  await db.pool.query(`INSERT INTO contacts (contact_id, user_id, channel, address, position) VALUES
    ('ann-sms', 'ann', 'sms', '+491', 1), ('ann-call', 'ann', 'call', '+492', 2), ('guard-mail', 'guard', 'email', 'guard@example.org', 0)`);
});

async function chain(...levels: readonly Level[]): Promise<void> {
  await db.pool.query("INSERT INTO chains (chain_id, name, levels) VALUES ('site', 'site', $1)", [JSON.stringify(levels)]);
  await db.pool.query("UPDATE users SET equipment_chain_id = 'site' WHERE user_id = 'ann'");
}
/** As if so many minutes had passed, and everything that waited had been sent. */
async function minutesLater(minutes: number): Promise<void> {
  await db.pool.query(`UPDATE deliveries SET state = 'delivered', delivered_at = coalesce(delivered_at, now()) WHERE state = 'waiting'`);
  await db.pool.query(`UPDATE deliveries SET created_at = created_at - $1 * interval '1 minute', delivered_at = delivered_at - $1 * interval '1 minute'`, [minutes]);
  await db.pool.query(`UPDATE equipment_notices SET told_at = told_at - $1 * interval '1 minute', escalate_at = escalate_at - $1 * interval '1 minute', next_due_at = NULL`, [minutes]);
  await escalateDueNotices(db.pool, 60_000);
}
const told = async (): Promise<string[]> => (await query<{ contact_id: string; telling: string }>(db.pool,
  'SELECT contact_id, telling FROM deliveries ORDER BY created_at, delivery_key')).map((row) => `${row.telling} ${row.contact_id}`);
const quiet = (contactId: string, from: number, to: number) => db.pool.query('UPDATE contacts SET quiet_hours = $2 WHERE contact_id = $1',
  [contactId, JSON.stringify({ timeZone: 'UTC', windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from, to }], breakThrough: 'critical' })]);

describe('a notice that nobody answers', () => {
  it('goes on by the default chain: mail and text message; a camera that is at fault rings no telephone', async () => {
    await send(db.pool, [COVERED]);
    expect(await told()).toEqual(['opened ann-mail']);
    await minutesLater(4);
    expect(await told()).toEqual(['opened ann-mail']);
    await minutesLater(1);
    expect(await told()).toEqual(['opened ann-mail', 'opened ann-sms']);
    expect(await dueNotices(db.pool)).toHaveLength(1);
    await minutesLater(5);
    await minutesLater(1);
    expect(await told()).toHaveLength(2);
    expect(await noticesOf(db.pool)).toMatchObject([{ exhausted: true, escalate_at: null, level: 1 }]);
  });

  it('goes on by the chain that its user has for equipment, repeats and foreign contacts included', async () => {
    await chain(level({ channels: ['sms'], repeats: 1, waitSeconds: 60 }), level({ contacts: ['guard-mail'], waitSeconds: 60 }));
    await send(db.pool, [COVERED]);
    for (let minutes = 0; minutes < 6; minutes += 1) await minutesLater(1);
    expect(await told()).toEqual(['opened ann-sms', 'opened ann-sms', 'opened guard-mail']);
  });

  it('tells everybody who was told when the device is well, but calls nobody for it, and then no more', async () => {
    await chain(level({ channels: ['email', 'call'], waitSeconds: 60 }), level({ contacts: ['guard-mail'], waitSeconds: 60 }));
    await send(db.pool, [COVERED]);
    for (let minutes = 0; minutes < 12; minutes += 1) await minutesLater(1);
    await send(db.pool, [WELL]);
    expect((await told()).filter((message) => message.startsWith('well')).sort()).toEqual(['well ann-mail', 'well guard-mail']);
    const before = (await told()).length;
    await minutesLater(60);
    expect(await told()).toHaveLength(before);
  });
});

describe('somebody who takes charge', () => {
  it('ends the telling of it, takes back what has not left, and is told that it is well', async () => {
    await send(db.pool, [COVERED]);
    const [{ notice_id: noticeId } = { notice_id: '' }] = await noticesOf(db.pool);
    await minutesLater(5);
    expect(await acknowledgeNotice(db.pool, noticeId, 'ann', 'key-1')).toMatchObject({ state: 'open', acknowledgedAt: expect.any(String) });
    expect((await query(db.pool, "SELECT contact_id FROM deliveries WHERE state = 'withdrawn'"))).toEqual([{ contact_id: 'ann-sms' }]);
    await minutesLater(60);
    await send(db.pool, [WELL]);
    expect(await told()).toEqual(['opened ann-mail', 'opened ann-sms', 'well ann-mail']);
  });

  it('may say so again, and may not for another user', async () => {
    await send(db.pool, [COVERED]);
    const [{ notice_id: noticeId } = { notice_id: '' }] = await noticesOf(db.pool);
    const { acknowledgedAt } = await acknowledgeNotice(db.pool, noticeId, null, 'key-1');
    expect((await acknowledgeNotice(db.pool, noticeId, 'ann', 'key-2')).acknowledgedAt).toBe(acknowledgedAt);
    await expect(acknowledgeNotice(db.pool, noticeId, 'guard', 'key-3')).rejects.toMatchObject({ code: 'notice_unknown' });
    await expect(acknowledgeNotice(db.pool, '0199a0c4-1111-7000-8000-000000000002', null, 'key-3')).rejects.toMatchObject({ code: 'notice_unknown' });
  });
});

describe('a contact that sleeps', () => {
  const minuteOfDay = (): number => new Date().getUTCHours() * 60 + new Date().getUTCMinutes();
  const asleep = (contactId: string) => quiet(contactId, (minuteOfDay() + 1_380) % 1_440, (minuteOfDay() + 60) % 1_440);
  const awake = (contactId: string) => db.pool.query('UPDATE contacts SET quiet_hours = NULL WHERE contact_id = $1', [contactId]);

  it('is not told; another level is, and it is told on waking if it is still so', async () => {
    await asleep('ann-mail');
    await send(db.pool, [COVERED]);
    expect(await told()).toEqual(['opened ann-sms']);
    await awake('ann-mail');
    await minutesLater(61);
    expect((await told()).filter((message) => message.endsWith('mail'))).toEqual(['opened ann-mail']);
  });

  it('and is the only one leaves the notice waiting until it wakes', async () => {
    await db.pool.query("DELETE FROM contacts WHERE contact_id IN ('ann-sms', 'ann-call')");
    await asleep('ann-mail');
    await send(db.pool, [COVERED]);
    const [{ escalate_at: at } = { escalate_at: '' }] = await noticesOf(db.pool);
    expect([await told(), Math.round((Date.parse(String(at)) - Date.now()) / 3_600_000)]).toEqual([[], 1]);
    await awake('ann-mail');
    await minutesLater(61);
    expect(await told()).toEqual(['opened ann-mail']);
  });

  it('hears nothing of what was well before it woke', async () => {
    await db.pool.query("DELETE FROM contacts WHERE contact_id IN ('ann-sms', 'ann-call')");
    await asleep('ann-mail');
    await send(db.pool, [COVERED], [WELL]);
    await awake('ann-mail');
    await minutesLater(61);
    expect([await told(), (await noticesOf(db.pool))[0]?.['escalate_at']]).toEqual([[], null]);
  });
});

it('sweeps that run at the same time tell each level once', async () => {
  await send(db.pool, [COVERED]);
  await db.pool.query("UPDATE deliveries SET state = 'delivered', delivered_at = now()");
  await db.pool.query("UPDATE equipment_notices SET told_at = told_at - interval '5 minutes', escalate_at = now()");
  await Promise.all(Array.from({ length: 5 }, () => escalateDueNotices(db.pool, 60_000)));
  expect(await told()).toEqual(['opened ann-mail', 'opened ann-sms']);
});
