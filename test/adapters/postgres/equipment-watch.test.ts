import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBatches } from '../../../adapters/postgres/batches.ts';
import { removeDevice } from '../../../adapters/postgres/devices.ts';
import { dueNotices } from '../../../adapters/postgres/notices.ts';
import { noticeDeliveryKeyOf } from '../../../contracts/delivery.ts';
import { plusMs } from '../../../contracts/time.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { NOON, ZONE, seedUser } from '../../support/plant-data.ts';
import { COVERED, forget, messagesOf, noticesOf, send, trial } from './notice-example.ts';
import type { Sent } from './notice-example.ts';

let db: TestDatabase;
beforeAll(async () => {
  db = await freshDatabase();
  await seedUser(db.pool, 'ann', ['gate', 'yard']);
  await seedUser(db.pool, 'bob', []);
});
afterAll(() => db.drop());
beforeEach(() => forget(db.pool));

const at = (seconds: number): string => plusMs(NOON, seconds * 1000);
const states = async (): Promise<string[]> => (await noticesOf(db.pool)).map(({ state }) => state);
/** Good frames of five minutes, a minute apart. */
const wellFrom = (second: number): Sent => ['good', ...Array.from({ length: 6 }, (_, n) => second + n * 60)];

describe('a device that shows nothing', () => {
  it('has one open notice, and a message for each enabled contact of its owner waits', async () => {
    await db.pool.query(`INSERT INTO contacts (contact_id, user_id, channel, address, enabled, position) VALUES
      ('ann-work', 'ann', 'email', 'ann@work.example', true, 1), ('ann-old', 'ann', 'email', 'old@example.org', false, 2)`);
    await send(db.pool, [COVERED]);
    const [notice, ...others] = await noticesOf(db.pool);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({
      kind: 'void', state: 'open', device_id: 'gate', user_id: 'ann', reason: 'image_void', frames: 5, since: at(0), last_at: at(180), opened_at: at(180), closed_at: null,
    });
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting', 'opened ann-work waiting']);
    const { rows } = await db.pool.query('SELECT delivery_key FROM deliveries ORDER BY 1');
    expect(rows[0].delivery_key).toBe(noticeDeliveryKeyOf({ noticeId: notice!.notice_id, telling: 'opened', channel: 'email', contactId: 'ann-mail' }));
    expect(await dueNotices(db.pool)).toEqual([notice!.notice_id]);
  });

  it('is one whose pictures froze, too', async () => {
    await send(db.pool, [['black', 0], ['frozen', 45, 90, 135, 180]]);
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'open', reason: 'image_frozen', frames: 5 }]);
  });

  it('is told of once, whatever follows and however its frames come in batches', async () => {
    await send(db.pool, ...[0, 45, 90, 135, 180, 225].map((second): Sent[] => [['black', second]]), [['black', 300, 400, 500]]);
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'open', frames: 9, opened_at: at(180) }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
  });

  it('is well again with good frames for a while, and whoever was told is told so, once', async () => {
    await send(db.pool, [COVERED], [['good', 240, 300], ['black', 360]], [wellFrom(420)], [wellFrom(800)]);
    expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed', frames: 6, last_at: at(360), well_since: at(420), closed_at: expect.any(String) }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting', 'well ann-mail waiting']);
  });

  it('is said to be well to nobody who was switched off, came later, or could not be told of the trouble', async () => {
    await db.pool.query(`INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('ann-off', 'ann', 'email', 'a@example.org'), ('ann-wrong', 'ann', 'email', 'b@example.org')`);
    await send(db.pool, [COVERED]);
    await db.pool.query("UPDATE contacts SET enabled = false WHERE contact_id = 'ann-off'");
    await db.pool.query("UPDATE deliveries SET state = 'failed' WHERE contact_id = 'ann-wrong'");
    await db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('ann-new', 'ann', 'email', 'c@example.org')");
    await send(db.pool, [wellFrom(240)]);
    expect((await messagesOf(db.pool)).filter((message) => message.startsWith('well'))).toEqual(['well ann-mail waiting']);
  });

  it('has its notice in the list where the owner has no contact, and nothing is due', async () => {
    await db.pool.query('DELETE FROM contacts');
    await send(db.pool, [COVERED], [wellFrom(240)]);
    expect(await states()).toEqual(['closed']);
    expect([await messagesOf(db.pool), await dueNotices(db.pool)]).toEqual([[], []]);
  });
});

describe('nobody is told', () => {
  it.each([
    ['of a hiccup', [['black', 0, 60, 120, 170], ['good', 180], ['black', 240]], ['suspected']],
    ['of one that a good frame ended', [['black', 0, 60, 120, 170], ['good', 180]], []],
    ['of frames that were cut short on their way', [['torn', 0, 60, 120, 180, 240, 300]], []],
    ['of good frames', [['good', 0, 100, 200]], []],
  ] as [string, Sent[], string[]][])('%s', async (_, sent, left) => {
    await send(db.pool, sent);
    expect([await states(), await messagesOf(db.pool)]).toEqual([left, []]);
  });

  it('of frames of the past that a recorder sends when the camera has shown something since', async () => {
    await send(db.pool, [['good', 1_000]], [COVERED]);
    expect([await states(), await messagesOf(db.pool)]).toEqual([[], []]);
  });

  it('of frames that ran before: a replay tells nobody, and ends no stretch either', async () => {
    await (await trial(db.pool, [COVERED], { deviceId: 'yard', run: 2 })).save();
    expect(await states()).toEqual([]);
    await send(db.pool, [['black', 0, 60]]);
    await (await trial(db.pool, [['good', 120]], { run: 2 })).save();
    expect(await states()).toEqual(['suspected']);
  });
});

it('a frame that was cut short neither ends a stretch of frames that show nothing nor counts for it', async () => {
  await send(db.pool, [['black', 0, 45, 90], ['torn', 100, 110], ['black', 135, 180]]);
  expect(await noticesOf(db.pool)).toMatchObject([{ state: 'open', frames: 5 }]);
});

it('a notice that opens and closes within one batch is told whole', async () => {
  await send(db.pool, [COVERED, wellFrom(240), ['black', 900]]);
  expect(await states()).toEqual(['closed', 'suspected']);
  expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting', 'well ann-mail waiting']);
});

it('covered again soon after, a device is told of once six hours have passed, if it still shows nothing', async () => {
  const HOUR = 3_600;
  await send(db.pool, [COVERED, wellFrom(240)], [['black', 1_000, 2_000, 3_000, 4_000, 5_000, 6 * HOUR]]);
  expect(await states()).toEqual(['closed', 'suspected']);
  await send(db.pool, [['black', 6 * HOUR + 180]]);
  expect(await noticesOf(db.pool)).toMatchObject([{ state: 'closed' }, { state: 'open', since: at(1_000), frames: 7 }]);
  expect(await messagesOf(db.pool)).toHaveLength(3);
});

describe('tries that repeat each other', () => {
  it.each([
    ['opens it', [COVERED], 5, ['open']],
    ['opens and closes it', [COVERED, wellFrom(240)], 5, ['closed']],
    ['drops a suspicion', [['black', 0, 60], ['good', 120]], undefined, []],
  ] as [string, Sent[], number | undefined, string[]][])('count every frame once, also when they run at the same time: the batch %s', async (_, sent, frames, left) => {
    const { save } = await trial(db.pool, sent);
    await Promise.all([save(), save(), save()]);
    await save();
    expect(await states()).toEqual(left);
    expect((await noticesOf(db.pool))[0]?.frames).toBe(frames);
    const told = await messagesOf(db.pool);
    expect(new Set(told).size).toBe(told.length);
  });

  it('move nothing when the batch has lost its frames', async () => {
    const { save, batchId } = await trial(db.pool, [COVERED]);
    await createBatches(db.pool).giveBack(batchId, 'deadline');
    await save();
    expect(await states()).toEqual([]);
  });

  it('that end before the commit leave neither outcomes nor notice, and the next one tells once', async () => {
    const { save } = await trial(db.pool, [COVERED]);
    await db.pool.query(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the power went'; END $$`);
    await db.pool.query('CREATE TRIGGER die BEFORE UPDATE OF next_due_at ON equipment_notices FOR EACH ROW EXECUTE FUNCTION die()');
    try {
      await expect(save()).rejects.toThrow('the power went');
    } finally {
      await db.pool.query('DROP TRIGGER die ON equipment_notices; DROP FUNCTION die()');
    }
    expect([await states(), await messagesOf(db.pool)]).toEqual([[], []]);
    expect((await db.pool.query('SELECT FROM stage_results')).rowCount).toBe(0);
    await save();
    expect([await states(), await messagesOf(db.pool)]).toEqual([['open'], ['opened ann-mail waiting']]);
  });
});

describe('a device that leaves', () => {
  it('takes its open notice with it, without a word of being well', async () => {
    await db.pool.query("INSERT INTO devices (device_id, user_id, name, time_zone) VALUES ('shed', 'ann', 'Shed', $1)", [ZONE]);
    const { save } = await trial(db.pool, [COVERED], { deviceId: 'shed' });
    await save();
    expect(await removeDevice(db.pool, 'shed', 'test')).toBe(true);
    expect(await states()).toEqual(['closed']);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting']);
  });

  it('for another owner begins anew: the old one hears no more of it', async () => {
    await db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('bob-mail', 'bob', 'email', 'bob@example.org')");
    await send(db.pool, [COVERED]);
    const HOURS = 7 * 3_600;
    const { save } = await trial(db.pool, [['black', ...[0, 45, 90, 135, 180].map((second) => HOURS + second)]], { userId: 'bob' });
    await save();
    expect(await noticesOf(db.pool)).toMatchObject([{ user_id: 'ann', state: 'closed', frames: 5 }, { user_id: 'bob', state: 'open', frames: 5 }]);
    expect(await messagesOf(db.pool)).toEqual(['opened ann-mail waiting', 'opened bob-mail waiting']);
  });
});

it('good frames of devices that are well cost one look, and write nothing', async () => {
  await send(db.pool, [COVERED, wellFrom(240)]);
  const { save } = await trial(db.pool, [wellFrom(1_000)]);
  const queries = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await save();
    const asked = queries.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('equipment_notices'));
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatch(/^\s*SELECT/);
  } finally {
    queries.mockRestore();
  }
});
