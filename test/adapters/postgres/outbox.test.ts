import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptOutcome, ClaimedDelivery } from '../../../activities/ports/outbox.ts';
import { createOutbox, refreshNextDue } from '../../../adapters/postgres/outbox.ts';
import { inTransaction, query } from '../../../adapters/postgres/pool.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { attemptsOf, deliveriesOf, letTimePass, openIncident } from './incident-example.ts';

const LEASE_MS = 120_000;
const HOUR_MS = 3_600_000;
const DELIVERED: AttemptOutcome = { kind: 'delivered', receipt: { provider: 'smtp', providerId: 'provider-1', answer: '250 OK', units: null, cost: null } };
const AWAY: AttemptOutcome = { kind: 'unavailable', code: 'provider_unavailable', answer: '451 later', mayHaveArrived: false, retryInMs: 5_000 };
const REFUSED: AttemptOutcome = { kind: 'refused', code: 'recipient_refused', answer: '550 no such user' };

let db: TestDatabase;
let outbox: ReturnType<typeof createOutbox>;
let number = 0;
let incidentId: string;
let key: string;

beforeAll(async () => {
  db = await freshDatabase();
  outbox = createOutbox(db.pool, { cooldownMs: 10 * 60_000 });
});
afterAll(() => db.drop());
beforeEach(async () => {
  const incident = await openIncident(db.pool, ['anna@example.com'], ++number);
  incidentId = incident.incidentId;
  key = incident.keys[0] ?? '';
});

async function claimOne(): Promise<ClaimedDelivery> {
  const [claimed] = await outbox.claimDue(incidentId, LEASE_MS);
  if (claimed === undefined) throw new Error('nothing was due');
  return claimed;
}

const row = async () => (await deliveriesOf(db.pool, incidentId))[0];
const incident = async () => (await query<{ cooldown_until: string | null; due_in_ms: number | null }>(db.pool,
  `SELECT cooldown_until, (extract(epoch FROM next_due_at - now()) * 1000)::int8 AS due_in_ms FROM incidents WHERE incident_id = $1`, [incidentId]))[0];

describe('a claim', () => {
  it('leaves an open attempt before anybody calls a provider, and takes the message off the list', async () => {
    const claimed = await claimOne();
    expect(claimed).toMatchObject({ deliveryKey: key, channel: 'email', address: 'anna@example.com', tries: 1 });
    expect(await attemptsOf(db.pool, key)).toEqual([{ outcome: null, answer: null, finished_at: null }]);
    expect(await row()).toMatchObject({ state: 'sending', tries: 1, uncertain: 0 });
    expect(await outbox.claimDue(incidentId, LEASE_MS)).toEqual([]);
  });

  it('gives each message to one of many who claim at once', async () => {
    const { incidentId: crowded, keys } = await openIncident(db.pool, Array.from({ length: 20 }, (_, n) => `c${n}@example.com`), ++number);
    const claims = (await Promise.all(Array.from({ length: 8 }, () => outbox.claimDue(crowded, LEASE_MS)))).flat();
    expect(claims.map(({ deliveryKey }) => deliveryKey).sort()).toEqual([...keys].sort());
  });

  it('leaves what is not due yet, and what belongs to another incident', async () => {
    const other = await openIncident(db.pool, ['ben@example.com'], ++number);
    await query(db.pool, `UPDATE deliveries SET next_try_at = now() + interval '1 h' WHERE incident_id = $1`, [incidentId]);
    expect(await outbox.claimDue(incidentId, LEASE_MS)).toEqual([]);
    expect(await outbox.claimDue(other.incidentId, LEASE_MS)).toHaveLength(1);
  });

  it('that ran out is counted as uncertain, its try is closed, and the message is taken again under the same key', async () => {
    await claimOne();
    await letTimePass(db.pool, incidentId);
    expect(await claimOne()).toMatchObject({ deliveryKey: key, tries: 2 });
    expect(await row()).toMatchObject({ state: 'sending', tries: 2, uncertain: 1 });
    expect(await attemptsOf(db.pool, key)).toMatchObject([{ outcome: 'uncertain', finished_at: expect.any(String) }, { outcome: null }]);
  });
});

describe('a delivery', () => {
  it('is written with the id and the answer of the provider', async () => {
    await outbox.finish(await claimOne(), DELIVERED);
    expect(await row()).toMatchObject({ state: 'delivered', provider_id: 'provider-1', delivered_at: expect.any(String), claimed_until: null, code: null });
    expect(await attemptsOf(db.pool, key)).toMatchObject([{ outcome: 'delivered', answer: '250 OK' }]);
    expect(await outbox.pendingFor(incidentId)).toBeNull();
  });

  it('starts the cooldown, counted in capture time from the last match', async () => {
    const claimed = await claimOne();
    expect((await incident())?.cooldown_until).toBeNull();
    await outbox.finish(claimed, DELIVERED);
    expect((await incident())?.cooldown_until).toBe('2026-11-21T01:24:37.500000Z');
  });

  it('is written once, however often it is reported', async () => {
    const claimed = await claimOne();
    await outbox.finish(claimed, DELIVERED);
    const before = await row();
    await outbox.finish(claimed, DELIVERED);
    await outbox.finish(claimed, AWAY);
    expect(await row()).toEqual(before);
  });

  it('that is reported after its claim ran out still counts, and the try that followed cannot undo it', async () => {
    const late = await claimOne();
    await letTimePass(db.pool, incidentId);
    const second = await claimOne();
    await outbox.finish(late, DELIVERED);
    await outbox.finish(second, AWAY);
    expect(await row()).toMatchObject({ state: 'delivered', uncertain: 1 });
    expect(await attemptsOf(db.pool, key)).toMatchObject([{ outcome: 'delivered' }, { outcome: 'unavailable' }]);
    expect(await outbox.claimDue(incidentId, LEASE_MS)).toEqual([]);
  });

  it('takes any answer, zero bytes and a whole page too', async () => {
    await outbox.finish(await claimOne(), { kind: 'delivered', receipt: { provider: 'smtp', providerId: 'a\0b', answer: `250 \0${'x'.repeat(5_000)}`, units: null, cost: null } });
    expect((await attemptsOf(db.pool, key))[0]?.answer).toHaveLength(500);
  });
});

describe('a try that failed', () => {
  it('for good ends the message with its code, and starts no cooldown', async () => {
    await outbox.finish(await claimOne(), REFUSED);
    expect(await row()).toMatchObject({ state: 'failed', code: 'recipient_refused' });
    expect(await attemptsOf(db.pool, key)).toMatchObject([{ outcome: 'refused', answer: '550 no such user' }]);
    expect(await incident()).toMatchObject({ cooldown_until: null });
    expect(await outbox.pendingFor(incidentId)).toBeNull();
  });

  it('for now waits as long as it was told', async () => {
    await outbox.finish(await claimOne(), AWAY);
    expect(await row()).toMatchObject({ state: 'waiting', code: 'provider_unavailable', uncertain: 0, claimed_until: null });
    const pendingMs = await outbox.pendingFor(incidentId);
    expect(pendingMs).toBeGreaterThan(0);
    expect(pendingMs).toBeLessThanOrEqual(5_000);
    await letTimePass(db.pool, incidentId);
    expect(await outbox.pendingFor(incidentId)).toBe(0);
    expect(await claimOne()).toMatchObject({ tries: 2 });
  });

  it('and may have arrived is counted as uncertain', async () => {
    await outbox.finish(await claimOne(), { ...AWAY, mayHaveArrived: true });
    expect(await row()).toMatchObject({ state: 'waiting', uncertain: 1 });
    expect(await attemptsOf(db.pool, key)).toMatchObject([{ outcome: 'uncertain', answer: '451 later' }]);
  });

  it('and is reported after its claim ran out changes nothing', async () => {
    const late = await claimOne();
    await letTimePass(db.pool, incidentId);
    await claimOne();
    await outbox.finish(late, REFUSED);
    expect(await row()).toMatchObject({ state: 'sending', code: null });
  });
});

describe('when the sweep shall look after the incident', () => {
  it('is the end of the claim while a message is being sent, so that a death is noticed', async () => {
    await claimOne();
    await inTransaction(db.pool, (client) => refreshNextDue(client, incidentId, HOUR_MS));
    const due = (await incident())?.due_in_ms;
    expect(due).toBeGreaterThan(LEASE_MS - 30_000);
    expect(due).toBeLessThanOrEqual(LEASE_MS);
  });

  it('is moved forward by a try that failed, never back', async () => {
    await refreshNextDue(db.pool, incidentId, HOUR_MS);
    await outbox.finish(await claimOne(), AWAY);
    expect((await incident())?.due_in_ms).toBeLessThanOrEqual(5_000);
    await refreshNextDue(db.pool, incidentId, 1_000);
    await letTimePass(db.pool, incidentId);
    await outbox.finish(await claimOne(), { ...AWAY, retryInMs: HOUR_MS });
    expect((await incident())?.due_in_ms).toBeLessThanOrEqual(1_000);
  });

  it('is the quiet review once all messages are delivered', async () => {
    await outbox.finish(await claimOne(), DELIVERED);
    await refreshNextDue(db.pool, incidentId, HOUR_MS);
    const due = (await incident())?.due_in_ms;
    expect(due).toBeGreaterThan(HOUR_MS - 60_000);
    expect(due).toBeLessThanOrEqual(HOUR_MS);
  });

  it('is never for an incident that is closed and delivered, but stays for a closed one whose message still waits', async () => {
    await query(db.pool, `UPDATE incidents SET state = 'closed', closed_at = now() WHERE incident_id = $1`, [incidentId]);
    await refreshNextDue(db.pool, incidentId, null);
    expect((await incident())?.due_in_ms).not.toBeNull();
    await outbox.finish(await claimOne(), DELIVERED);
    expect((await incident())?.due_in_ms).toBeNull();
  });
});

it('nothing waits for an incident without messages', async () => {
  expect(await outbox.pendingFor('019aa420-0000-7000-8000-ffffffffffff')).toBeNull();
});
