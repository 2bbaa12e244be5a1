import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAlertActivities } from '../../activities/alert.ts';
import type { IncidentLedger } from '../../activities/alert.ts';
import { createIncidentLedger } from '../../adapters/postgres/alerts.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createReplay } from '../../adapters/postgres/replay.ts';
import { Failure } from '../../contracts/failures.ts';
import type { StageResult } from '../../contracts/pipeline.ts';
import { plusMs } from '../../contracts/time.ts';
import { createLog } from '../../workers/log.ts';
import { freshDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { ESCALATION } from '../support/escalation.ts';
import { NOON, accept, claim, matching, seedUser, staged, storeVerdicts } from '../support/plant-data.ts';

const MINUTE_MS = 60_000;
const GROUPING = { quietMs: 5 * MINUTE_MS, cooldownMs: 30 * MINUTE_MS, reopenMs: 0 };

let db: TestDatabase;
let ledger: IncidentLedger;
beforeAll(async () => {
  db = await freshDatabase();
  ledger = createIncidentLedger(db.pool, ESCALATION);
});
afterAll(() => db.drop());

let test = 0;
let user = '';
let device = '';
let rung: string[] = [];
beforeEach(async () => {
  test += 1;
  [user, device] = [`user-${test}`, `cam-${test}`];
  rung = [];
  await seedUser(db.pool, user, [device]);
});

const at = (minutes: number) => plusMs(NOON, minutes * MINUTE_MS);

/** Accepts a frame for each of these minutes and claims them together; each matches these rules. */
async function matchesAt(minutes: readonly number[], rules = ['7']): Promise<ClaimedBatch> {
  for (const minute of minutes) await accept(db.pool, user, device, at(minute));
  return claimed(rules);
}

async function claimed(rules = ['7']): Promise<ClaimedBatch> {
  const batch = await claim(db.pool, 32);
  for (const frame of await staged(db.pool, batch)) await storeVerdicts(db.pool, batch, frame, rules.map((rule) => matching(rule)));
  return batch;
}

const raise = ({ batchId, frames }: ClaimedBatch, positions = frames.map((_, n) => n), on: IncidentLedger = ledger): Promise<StageResult> =>
  createAlertActivities({
    ledger: on, grouping: GROUPING, log: createLog('test', 'silent'), doorbell: { ring: async (incidentId) => { rung.push(incidentId); } },
  }).raiseAlerts({ batchId, positions });

const settle = ({ batchId }: ClaimedBatch) => createSettlingLedger(db.pool).settle({ batchId, exceptions: [] });
const rows = async (sql: string): Promise<Record<string, unknown>[]> => (await db.pool.query(sql, [user])).rows as Record<string, unknown>[];
const incidents = () => rows(`
  SELECT incident_id AS id, rule_id AS rule, state, opened_at AS opened, last_match_at AS last, matches FROM incidents WHERE user_id = $1 ORDER BY opened_at, rule_id`);
const decisions = () => rows('SELECT rule_id AS rule, incident_id AS id, suppressed FROM matches JOIN frames USING (frame_id, captured_at) WHERE user_id = $1 ORDER BY captured_at, rule_id');
const messages = () => rows('SELECT delivery_key AS key, address, deliveries.state FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY delivery_key');

describe('a match', () => {
  it('opens an incident, with a message to each contact of the user, and rings for it', async () => {
    await db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address, enabled) VALUES ($1 || '-2', $1, 'email', '2@example.org', true), ($1 || '-off', $1, 'email', 'off@example.org', false)", [user]);
    expect(await raise(await matchesAt([0]))).toEqual({ exceptions: [] });
    const [incident, ...more] = await incidents();
    expect([incident, more]).toEqual([{ id: incident?.['id'], rule: '7', state: 'open', opened: at(0), last: at(0), matches: 1 }, []]);
    expect(await messages()).toEqual([`${user}-2`, `${user}-mail`].map((contact) => ({
      key: `${String(incident?.['id'])}:0:0:email:${contact}`, address: contact.endsWith('2') ? '2@example.org' : `${user}@example.org`, state: 'waiting',
    })));
    expect(rung).toEqual([incident?.['id']]);
  });

  it('opens an incident for each rule', async () => {
    await raise(await matchesAt([0], ['7', '8']));
    expect((await incidents()).map(({ rule }) => rule)).toEqual(['7', '8']);
    expect(rung).toHaveLength(2);
  });

  it('joins the incident that is open, which tells nobody again', async () => {
    await raise(await matchesAt([0, 2, 4]));
    expect(await incidents()).toMatchObject([{ opened: at(0), last: at(4), matches: 3 }]);
    expect(await messages()).toHaveLength(1);
    expect(rung).toHaveLength(1);
  });

  it('that comes after the quiet of an open incident closes it and opens the next', async () => {
    await raise(await matchesAt([0, 6]));
    expect(await incidents()).toMatchObject([{ state: 'closed', matches: 1 }, { state: 'open', opened: at(6), matches: 1 }]);
    expect(await messages()).toHaveLength(2);
  });

  it('of one batch is decided as one of many batches is, closing what is over on the way', async () => {
    const minutes = [0, 2, 6, 7, 20, 24.9, 40];
    await raise(await matchesAt(minutes));
    const together = (await incidents()).map(({ state, opened, last, matches }) => ({ state, opened, last, matches }));
    await seedUser(db.pool, `${user}-b`, [`${device}-b`]);
    [user, device] = [`${user}-b`, `${device}-b`];
    for (const minute of minutes) {
      const batch = await matchesAt([minute]);
      await raise(batch);
      await settle(batch);
    }
    expect((await incidents()).map(({ state, opened, last, matches }) => ({ state, opened, last, matches }))).toEqual(together);
    expect(together.map(({ matches }) => matches)).toEqual([4, 2, 1]);
    expect(await messages()).toHaveLength(3);
  });

  it('is suppressed while the last message still counts', async () => {
    const first = await matchesAt([0]);
    await raise(first);
    await settle(first);
    await db.pool.query("UPDATE incidents SET state = 'closed', closed_at = now(), cooldown_until = $2 WHERE user_id = $1", [user, at(30)]);
    const during = await matchesAt([20]);
    await raise(during);
    await settle(during);
    await raise(await matchesAt([31]));
    expect((await decisions()).map(({ suppressed }) => suppressed)).toEqual([null, 'cooldown', null]);
    expect(await incidents()).toHaveLength(2);
  });

  it('of a moment before the end of a known incident is suppressed as late', async () => {
    const first = await matchesAt([60]);
    await raise(first);
    await settle(first);
    await raise(await matchesAt([10]));
    expect((await decisions()).map(({ suppressed }) => suppressed)).toEqual(['late', null]);
  });

  it('that nobody can be told of is suppressed, and the next one opens once there is a contact', async () => {
    await db.pool.query('UPDATE contacts SET enabled = false WHERE user_id = $1', [user]);
    const untold = await matchesAt([0]);
    await raise(untold);
    await settle(untold);
    expect([await decisions(), await incidents(), rung]).toEqual([[{ rule: '7', id: null, suppressed: 'no_contact' }], [], []]);
    await db.pool.query('UPDATE contacts SET enabled = true WHERE user_id = $1', [user]);
    await raise(await matchesAt([1]));
    expect(await incidents()).toHaveLength(1);
  });

  it('makes an incident as bad as the worst of its matches, and is kept with a severity of its own', async () => {
    const severities = ['low', 'high', 'medium'] as const;
    for (const [minute, severity] of severities.entries()) {
      await accept(db.pool, user, device, at(minute));
      const batch = await claim(db.pool);
      await storeVerdicts(db.pool, batch, (await staged(db.pool, batch))[0]!, [{ ...matching('7'), severity }]);
      await raise(batch);
      await settle(batch);
      expect(await rows('SELECT severity FROM incidents WHERE user_id = $1')).toEqual([{ severity: minute === 0 ? 'low' : 'high' }]);
    }
    expect((await rows('SELECT severity FROM matches JOIN frames USING (frame_id, captured_at) WHERE user_id = $1 ORDER BY captured_at')).map(({ severity }) => severity)).toEqual(severities);
  });

  it('of one batch makes an incident as bad as the worst of them, whichever comes first', async () => {
    for (const minute of [0, 1, 2]) await accept(db.pool, user, device, at(minute));
    const batch = await claim(db.pool, 3);
    const severities = ['critical', 'low', 'high'] as const;
    for (const frame of await staged(db.pool, batch)) await storeVerdicts(db.pool, batch, frame, [{ ...matching('7'), severity: severities[frame.position]! }]);
    await raise(batch);
    expect(await rows('SELECT severity, matches FROM incidents WHERE user_id = $1')).toEqual([{ severity: 'critical', matches: 3 }]);
  });

  it('that was judged before there was severity is of the usual one', async () => {
    await accept(db.pool, user, device, at(0));
    const batch = await claim(db.pool);
    const { severity: _, ...old } = matching('7');
    await storeVerdicts(db.pool, batch, (await staged(db.pool, batch))[0]!, [old as ReturnType<typeof matching>]);
    await raise(batch);
    expect(await rows('SELECT severity FROM incidents WHERE user_id = $1')).toEqual([{ severity: 'medium' }]);
  });

  it('of many workers at once opens one incident', async () => {
    const batch = await matchesAt([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
    await Promise.all(batch.frames.map((_, position) => raise(batch, [position])));
    expect(await incidents()).toMatchObject([{ matches: 8, opened: at(0), last: at(0.7) }]);
    expect(await messages()).toHaveLength(1);
    expect(rung).toHaveLength(1);
  });
});

describe('a repeated try', () => {
  it('decides as before, and rings again for what it opened', async () => {
    const batch = await matchesAt([0, 2]);
    const neverSaved: IncidentLedger = { ...ledger, save: () => Promise.reject(new Failure('database_unavailable', 'away')) };
    await expect(raise(batch, undefined, neverSaved)).rejects.toMatchObject({ type: 'database_unavailable' });
    const decided = [await incidents(), await decisions(), await messages()];
    // A ring that went out with the broken try may have been lost with its worker.
    rung = [];
    for (let n = 0; n < 2; n += 1) await raise(batch);
    expect([await incidents(), await decisions(), await messages()]).toEqual(decided);
    expect(rung).toEqual([decided[0]?.[0]?.['id']]);
  });

  it('of a suppressed match keeps its cause, even when by now it would open', async () => {
    await db.pool.query('UPDATE contacts SET enabled = false WHERE user_id = $1', [user]);
    const lost = await matchesAt([0]);
    await raise(lost);
    await createBatches(db.pool).giveBack(lost.batchId, 'lost');
    await db.pool.query('UPDATE contacts SET enabled = true WHERE user_id = $1', [user]);
    await raise(await claim(db.pool));
    expect(await decisions()).toEqual([{ rule: '7', id: null, suppressed: 'no_contact' }]);
    expect(await incidents()).toEqual([]);
  });

  it('is not needed because a ring was not heard', async () => {
    const batch = await matchesAt([0]);
    const deaf = createAlertActivities({ ledger, grouping: GROUPING, log: createLog('test', 'silent'), doorbell: { ring: () => Promise.reject(new Error('no Temporal')) } });
    expect(await deaf.raiseAlerts({ batchId: batch.batchId, positions: [0] })).toEqual({ exceptions: [] });
  });
});

describe('a replay', () => {
  /** Settles the batch and sends its frames again, with verdicts of these rules. */
  async function again(batch: ClaimedBatch, rules: string[]): Promise<ClaimedBatch> {
    await settle(batch);
    await createReplay(db.pool, { has: async () => true })({ frameIds: batch.frames.map(({ frameId }) => frameId) });
    return claimed(rules);
  }

  it('keeps what was decided, and tells nobody', async () => {
    const first = await matchesAt([0]);
    await raise(first);
    const told = [await incidents(), await decisions(), await messages()];
    await raise(await again(first, ['7']));
    expect([await incidents(), await decisions(), await messages()]).toEqual(told);
  });

  it('tells nobody of what it finds for the first time', async () => {
    const first = await matchesAt([0], []);
    await raise(await again(first, ['9']));
    expect(await decisions()).toEqual([{ rule: '9', id: null, suppressed: 'replayed' }]);
    expect([await incidents(), await messages(), rung]).toEqual([[], [], []]);
  });

  it('joins an incident that is open at its moment, without a message', async () => {
    for (const minute of [0, 1]) await accept(db.pool, user, device, at(minute));
    const first = await claim(db.pool, 2);
    for (const frame of await staged(db.pool, first)) await storeVerdicts(db.pool, first, frame, [matching('7', frame.position === 1)]);
    await raise(first);
    const told = await messages();
    await raise(await again(first, ['7']));
    expect(await incidents()).toMatchObject([{ opened: at(0), last: at(1), matches: 2 }]);
    expect([await messages(), told]).toEqual([told, [expect.anything()]]);
  });
});

describe('a batch that was taken back', () => {
  it('decides nothing', async () => {
    const batch = await matchesAt([0]);
    const takenBack: IncidentLedger = {
      ...ledger,
      async matches(frames) {
        await createBatches(db.pool).giveBack(batch.batchId, 'deadline');
        return ledger.matches(frames);
      },
    };
    expect(await raise(batch, undefined, takenBack)).toEqual({ exceptions: [] });
    expect([await decisions(), await incidents(), await messages(), rung]).toEqual([[], [], [], []]);
  });
});
