import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSettlingLedger } from '../../../adapters/postgres/outcomes.ts';
import { putDevice } from '../../../adapters/postgres/devices.ts';
import { doorsHere, holdDoorOpen } from '../../../adapters/postgres/open-door.ts';
import { noteRefusedUploads } from '../../../adapters/postgres/refused-uploads.ts';
import { watchSilence } from '../../../adapters/postgres/silence-watch.ts';
import { createNoticeFactSource } from '../../../adapters/postgres/notices.ts';
import { createReplay } from '../../../adapters/postgres/replay.ts';
import { DEFAULT_SILENCE } from '../../../policies/silence.ts';
import { plusMs } from '../../../contracts/time.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, ZONE, accept, claim, seedUser } from '../../support/plant-data.ts';
import { forget, messagesOf, noticesOf } from './notice-example.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate', 'yard', 'shed']);
  await seedUser(db.pool, 'bob', ['door']);
  await seedUser(db.pool, 'watchpost-canary', ['watchpost-canary'], { contact: false });
});
afterAll(() => db.drop());
beforeEach(async () => {
  await forget(db.pool);
  await db.pool.query('TRUNCATE refused_uploads, open_door');
  await db.pool.query("UPDATE devices SET silent_after_seconds = NULL, enabled = true, user_id = CASE device_id WHEN 'door' THEN 'bob' WHEN 'watchpost-canary' THEN device_id ELSE 'ann' END, enabled_since = now() - interval '1 year'");
  await db.pool.query("UPDATE users SET enabled = true, enabled_since = now() - interval '1 year'");
  await db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('bob-mail', 'bob', 'email', 'bob@example.org') ON CONFLICT DO NOTHING");
  await doorOpenFor(600);
});

const doorOpenFor = (minutes: number) => db.pool.query(`
  INSERT INTO open_door (open_since, seen_at) VALUES (now() - $1 * interval '1 minute', now()) ON CONFLICT (only_row) DO UPDATE SET open_since = EXCLUDED.open_since`, [minutes]);
const look = (silentSeconds = 900) => watchSilence(db.pool, { ...DEFAULT_SILENCE, silentSeconds });

let sent = 0;
/** A frame of each device that went its way, so many minutes ago by the clock of the database; its capture time is as old as that of a recorder. */
async function heard(devices: Readonly<Record<string, number>>): Promise<void> {
  for (const [device, minutesAgo] of Object.entries(devices)) {
    const userId = (await db.pool.query('SELECT user_id FROM devices WHERE device_id = $1', [device])).rows[0].user_id;
    const { frameId } = await accept(db.pool, userId, device, plusMs(NOON, (sent += 1) * 1000));
    await db.pool.query("UPDATE frames SET accepted_at = now() - $2 * interval '1 minute' WHERE frame_id = $1", [frameId, minutesAgo]);
    await createSettlingLedger(db.pool).settle({ batchId: (await claim(db.pool, 32)).batchId, exceptions: [] });
  }
}
const states = async (): Promise<string[]> => (await noticesOf(db.pool)).map((row) => `${row.device_id} ${row.state}`).sort();

describe('a device that sends nothing for longer than set', () => {
  it('is told of once, with the time at which it was last heard', async () => {
    await heard({ gate: 20, yard: 1 });
    await look();
    await look();
    expect(await noticesOf(db.pool)).toMatchObject([{ kind: 'silent', device_id: 'gate', user_id: 'ann', state: 'open', reason: 'no_frames', frames: 0, first_frame_id: null }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
    const [{ since, opened_at: openedAt } = { since: '', opened_at: '' }] = await noticesOf(db.pool);
    expect(Math.round((Date.parse(openedAt!) - Date.parse(since)) / 60_000)).toBe(20);
  });

  it('is judged by when its frames came, not by when they were taken', async () => {
    await heard({ gate: 1 });
    await look();
    expect(await states()).toEqual([]);
  });

  it('may have a time of its own, or be silent for ever', async () => {
    await heard({ gate: 5, yard: 100, shed: 100 });
    await db.pool.query("UPDATE devices SET silent_after_seconds = CASE device_id WHEN 'gate' THEN 120 WHEN 'yard' THEN 0 ELSE 10000 END WHERE device_id <> 'door'");
    await look();
    expect(await states()).toEqual(['gate open']);
    await look(0);
    expect(await states()).toEqual(['gate open']);
  });

  it('is nobody where no device has a time and the setting is none', async () => {
    await heard({ gate: 500 });
    await look(0);
    expect(await states()).toEqual([]);
  });
});

describe('nobody is told', () => {
  it.each([
    ['of a device that never sent', async () => {}],
    ['of one whose frames are on their way', async () => { await heard({ gate: 60 }); await accept(db.pool, 'ann', 'gate'); }],
    ['of one whose uploads are refused', async () => { await heard({ gate: 60 }); await noteRefusedUploads(db.pool, [{ deviceId: 'gate', agoMs: 1_000, wrongTimes: null }]); }],
    ['of one that is switched off', async () => { await heard({ gate: 60 }); await db.pool.query("UPDATE devices SET enabled = false WHERE device_id = 'gate'"); }],
    ['of one whose user is switched off', async () => { await heard({ gate: 60 }); await db.pool.query("UPDATE users SET enabled = false WHERE user_id = 'ann'"); }],
    ['of the canary', async () => { await heard({ 'watchpost-canary': 60 }); }],
    ['while no API lives', async () => { await heard({ gate: 60 }); await db.pool.query("UPDATE open_door SET seen_at = now() - interval '1 minute'"); }],
    ['before any API lived', async () => { await heard({ gate: 60 }); await db.pool.query('TRUNCATE open_door'); }],
    ['soon after the plant was down: the count begins anew', async () => { await heard({ gate: 60 }); await doorOpenFor(10); }],
  ])('%s', async (_, prepare) => {
    await prepare();
    await look();
    expect([await states(), await messagesOf(db.pool)]).toEqual([[], []]);
  });

  it('of a device that was switched on again, until it had its time', async () => {
    await heard({ gate: 600 });
    const gate = { deviceId: 'gate', userId: 'ann', name: 'gate', timeZone: ZONE, model: null, class: 'camera', privacyAreas: [], silentAfterSeconds: null } as const;
    await putDevice(db.pool, { ...gate, enabled: false });
    await putDevice(db.pool, { ...gate, enabled: true });
    await putDevice(db.pool, { ...gate, enabled: true });
    await look();
    expect(await states()).toEqual([]);
    await db.pool.query("UPDATE devices SET enabled_since = now() - interval '20 minutes'");
    await look();
    expect(await states()).toEqual(['gate open']);
  });

  it('of the past of another owner', async () => {
    await heard({ gate: 60 });
    await db.pool.query("UPDATE devices SET user_id = 'bob' WHERE device_id = 'gate'");
    await look();
    expect(await states()).toEqual([]);
  });
});

it('a replay of an old frame is no sign that the device sends', async () => {
  await heard({ gate: 60 });
  const [{ frame_id: frameId }] = (await db.pool.query('SELECT frame_id FROM frames')).rows;
  await createReplay(db.pool, { has: async () => true } as never)({ frameIds: [frameId] });
  await look();
  expect(await states()).toEqual(['gate open']);
});

describe('several devices of one user that fall silent together', () => {
  it('are one message that names them all, and each is closed by itself', async () => {
    await heard({ gate: 20, yard: 18, door: 30 });
    await look();
    expect(await states()).toEqual(['door open', 'gate open', 'yard open']);
    expect((await messagesOf(db.pool)).sort()).toEqual(['opened ann-mail waiting', 'opened bob-mail waiting']);
    const [gate, yard] = (await noticesOf(db.pool)).filter(({ user_id }) => user_id === 'ann');
    expect([gate!['told_with'], yard!['told_with']]).toEqual([gate!.notice_id, gate!.notice_id]);
    expect((await createNoticeFactSource(db.pool).factsOf(gate!.notice_id)).silence?.opened.map(({ deviceName }) => deviceName)).toEqual(['gate', 'yard']);
  });

  it('and follow each other slowly make a second message only a quarter of an hour later', async () => {
    await heard({ gate: 20, yard: 5, shed: 5 });
    await look();
    await db.pool.query("UPDATE frame_counts SET last_accepted_at = last_accepted_at - interval '14 minutes'; UPDATE equipment_notices SET since = since - interval '14 minutes', opened_at = opened_at - interval '14 minutes'");
    await look();
    expect(await states()).toEqual(['gate open']);
    await db.pool.query("UPDATE equipment_notices SET opened_at = opened_at - interval '1 minute'");
    await look();
    expect(await states()).toEqual(['gate open', 'shed open', 'yard open']);
    expect(await messagesOf(db.pool)).toHaveLength(2);
  });
});

describe('a device that sends again', () => {
  const delivered = () => db.pool.query("UPDATE deliveries SET state = 'delivered', delivered_at = now() WHERE state = 'waiting'");

  it('is told of with its first frame, to whoever heard of its silence', async () => {
    await heard({ gate: 20 });
    await look();
    await delivered();
    await accept(db.pool, 'ann', 'gate');
    await look();
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed', well_since: expect.any(String), closed_at: expect.any(String) }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail delivered', 'well ann-mail waiting']);
    await look();
    expect(await messagesOf(db.pool)).toHaveLength(2);
  });

  it('before its message could leave takes the message back, and no word is lost on it', async () => {
    await heard({ gate: 20 });
    await look();
    await accept(db.pool, 'ann', 'gate');
    await look();
    expect([await states(), await messagesOf(db.pool)]).toEqual([['gate closed'], ['opened ann-mail withdrawn']]);
  });

  it('with the others of its site is one message, that names those which are silent still', async () => {
    await heard({ gate: 20, yard: 19, shed: 18 });
    await look();
    await delivered();
    await heard({ gate: 0, yard: 0 });
    await look();
    expect(await states()).toEqual(['gate open', 'shed open', 'yard open']);
    await db.pool.query("UPDATE equipment_notices SET well_since = well_since - interval '2 minutes'");
    await look();
    expect(await states()).toEqual(['gate closed', 'shed open', 'yard closed']);
    const well = (await messagesOf(db.pool)).filter((message) => message.startsWith('well'));
    expect(well).toEqual(['well ann-mail waiting']);
    const told = (await noticesOf(db.pool)).find(({ notice_id: id, well_with: lead }) => id === lead)!;
    const { silence } = await createNoticeFactSource(db.pool).factsOf(told.notice_id);
    expect([silence?.well.map(({ deviceName }) => deviceName), silence?.stillSilent]).toEqual([['gate', 'yard'], ['shed']]);
  });

  it('and falls silent again within hours is told of when they are over', async () => {
    await heard({ gate: 20 });
    await look();
    await heard({ gate: 0 });
    await look();
    await db.pool.query("UPDATE frame_counts SET last_accepted_at = last_accepted_at - interval '1 hour'; UPDATE equipment_notices SET opened_at = opened_at - interval '1 hour'");
    await look();
    expect(await states()).toEqual(['gate closed']);
    await db.pool.query("UPDATE frame_counts SET last_accepted_at = last_accepted_at - interval '5 hours'; UPDATE equipment_notices SET opened_at = opened_at - interval '5 hours'");
    await look();
    expect(await states()).toEqual(['gate closed', 'gate open']);
  });

  it.each([
    ['is switched off', "UPDATE devices SET enabled = false WHERE device_id = 'gate'"],
    ['moves to another user', "UPDATE devices SET user_id = 'bob' WHERE device_id = 'gate'"],
    ['may be silent for ever', "UPDATE devices SET silent_after_seconds = 0 WHERE device_id = 'gate'"],
  ])('is expected no more once it %s: its notice ends without a word', async (_, change) => {
    await heard({ gate: 20 });
    await look();
    await delivered();
    await db.pool.query(change);
    await look();
    expect([await states(), await messagesOf(db.pool)]).toEqual([['gate closed'], ['opened ann-mail delivered']]);
  });
});

it('processes that look at the same time tell once', async () => {
  await heard({ gate: 20 });
  await Promise.all(Array.from({ length: 5 }, () => look()));
  expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
});

describe('the door', () => {
  const since = async () => (await db.pool.query('SELECT open_since FROM open_door')).rows[0].open_since as string;

  it('is open without a gap while any API process says so, and anew after one', async () => {
    await db.pool.query('TRUNCATE open_door');
    await holdDoorOpen(db.pool, { workerId: 'here:1:a', url: 'http://127.0.0.1:1' });
    const first = await since();
    await holdDoorOpen(db.pool, { workerId: 'here:2:b', url: 'http://127.0.0.1:2' });
    expect(await since()).toBe(first);
    await db.pool.query("UPDATE open_door SET seen_at = now() - interval '31 seconds'");
    await holdDoorOpen(db.pool, { workerId: 'here:1:a', url: 'http://127.0.0.1:1' });
    expect(await since()).not.toBe(first);
    expect(await doorsHere(db.pool)).toEqual([]);
  });
});
