import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readStory } from '../../../adapters/postgres/incident-story.ts';
import type { Story } from '../../../adapters/postgres/incident-story.ts';
import { query } from '../../../adapters/postgres/pool.ts';
import { respond } from '../../../adapters/postgres/responses.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { incidentLife } from '../../support/incident-life.ts';
import { seedRule, seedUser } from '../../support/plant-data.ts';
import { DIGEST, KEYS, MATCHES, RICH, WORST, richIncident } from '../../support/rich-incident.ts';

let db: TestDatabase;
let story: Story;
beforeAll(async () => {
  db = await freshDatabase();
  await richIncident(db.pool);
  story = await readStory(db.pool, RICH);
});
afterAll(() => db.drop());

const ofKind = <K extends Story['facts'][number]['kind']>(kind: K) => story.facts.filter((fact): fact is Extract<Story['facts'][number], { kind: K }> => fact.kind === kind);

describe('the story of an incident', () => {
  it('is in order of time and leaves nothing out', () => {
    const moments = story.facts.map(({ at }) => at);
    expect(moments).toEqual(moments.toSorted());
    expect(story.left).toBe(0);
    expect(Object.fromEntries([...new Set(story.facts.map(({ kind }) => kind))].map((kind) => [kind, ofKind(kind).length]).sort())).toEqual({
      arrival: 4, attempt: 10, digest: 1, event: 13, held_back: 1, match: 3, message: 8, response: 3,
    });
  });

  it('begins with the opening, once, whatever was written first', () => {
    expect(story.facts[0]).toMatchObject({ kind: 'event', event: 'opened', detail: { severity: 'medium' } });
    expect(ofKind('event').filter(({ event }) => event === 'opened')).toHaveLength(1);
  });

  it('names three of its matches: the first, the worst, the latest', () => {
    expect(MATCHES).toBeGreaterThan(1_000);
    expect(ofKind('match').map(({ which }) => which)).toEqual([['first'], ['worst'], ['latest']]);
    expect(ofKind('match')[1]).toMatchObject({ frameId: WORST, severity: 'high', labels: ['person'], probability: 0.975 });
  });

  it('puts a message behind the event that had it written, though its row is older by the length of a transaction', () => {
    const places = (wanted: (fact: Story['facts'][number]) => boolean): number => story.facts.findIndex(wanted);
    const told = places((fact) => fact.kind === 'event' && fact.event === 'told' && fact.detail['telling'] === 'rose');
    expect(story.facts[told - 1]).toMatchObject({ kind: 'event', event: 'rose' });
    expect(story.facts[told + 1]).toMatchObject({ kind: 'message', deliveryKey: KEYS.rose });
    expect(places((fact) => fact.kind === 'message' && fact.deliveryKey === KEYS.taken)).toBeGreaterThan(places((fact) => fact.kind === 'event' && fact.event === 'acknowledged'));
  });

  it('has every try with what the provider said and how long it took', () => {
    const tries = ofKind('attempt').filter(({ deliveryKey }) => deliveryKey === KEYS.dead);
    expect(tries.map(({ attempt, outcome, ms }) => [attempt, outcome, ms])).toEqual([[1, 'uncertain', 30_000], [2, 'unavailable', 90], [3, 'refused', 80]]);
    expect(tries[1]).toMatchObject({ answer: '503 Service Unavailable', contactId: 'office-hook', channel: 'webhook' });
  });

  it('says which digest told what was held back, and how that went', () => {
    expect(ofKind('held_back')).toMatchObject([{ cause: 'quiet_hours', contactId: 'bert-mail', matches: 1, dueAt: '2026-11-21T06:00:00.000000Z', digestId: DIGEST }]);
    expect(ofKind('digest')).toMatchObject([{ digestId: DIGEST, messages: [{ contactId: 'bert-mail', state: 'delivered' }] }]);
  });

  it('of a thousand tries has the begin and the end, and says how many lie between', async () => {
    await query(db.pool, "INSERT INTO delivery_attempts (delivery_key, started_at, finished_at, outcome) SELECT $1, $2::timestamptz + n * interval '1 minute', $2::timestamptz + n * interval '1 minute', 'unavailable' FROM generate_series(1, 1000) n",
      [KEYS.dead, '2026-11-22T00:00:00Z']);
    const long = await readStory(db.pool, RICH);
    expect(long.facts).toHaveLength(500);
    expect(long.left).toBe(story.facts.length + 1_000 - 500);
    expect(long.facts[0]).toEqual(story.facts[0]);
    expect(long.facts.at(-1)).toMatchObject({ kind: 'attempt', attempt: 1_003 });
    await query(db.pool, "DELETE FROM delivery_attempts WHERE started_at > '2026-11-22T00:00:00Z'");
  });
});

it('an incident that lived through its stages tells them in the order in which they happened', async () => {
  await seedUser(db.pool, 'carl', ['shed']);
  await seedRule(db.pool, '7', 'carl', {});
  const life = incidentLife(db.pool, 'carl', 'shed');
  const [incidentId = ''] = await life.match();
  await life.handOver(incidentId);
  await life.match({ severity: 'critical' });
  await respond(db.pool, { incidentId, kind: 'false_alarm', way: 'link', contactId: 'carl-mail', said: null, knownHours: null }, null);
  const { facts, deviceName, timeZone, labels } = await readStory(db.pool, incidentId);
  expect({ deviceName, timeZone, labels }).toEqual({ deviceName: 'shed', timeZone: 'Europe/Berlin', labels: ['person'] });
  expect(facts.map((fact) => (fact.kind === 'event' ? fact.event : fact.kind === 'match' ? fact.which.join() : fact.kind))).toEqual(
    ['opened', 'first', 'told', 'message', 'attempt', 'worst,latest', 'rose', 'told', 'message', 'response', 'resolved', 'withdrawn']);
});
