import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordArrival } from '../../../adapters/postgres/arrivals.ts';
import { makeDigests } from '../../../adapters/postgres/digests.ts';
import { createOutbox } from '../../../adapters/postgres/outbox.ts';
import { respond } from '../../../adapters/postgres/responses.ts';
import type { Chain } from '../../../contracts/escalation.ts';
import { SEVERITIES } from '../../../contracts/severity.ts';
import { freshDatabase } from '../../support/database.ts';
import type { TestDatabase } from '../../support/database.ts';
import { OLD_MS } from '../../support/escalation.ts';
import { GROUPING, incidentLife } from '../../support/incident-life.ts';
import type { IncidentLife } from '../../support/incident-life.ts';
import { seedUser } from '../../support/plant-data.ts';

let db: TestDatabase;
beforeAll(async () => { db = await freshDatabase(); });
afterAll(() => db.drop());

let test = 0;
let user = '';
let life: IncidentLife;
beforeEach(async () => {
  test += 1;
  user = `user-${test}`;
  await seedUser(db.pool, user, [`cam-${test}`], { contact: false });
  life = incidentLife(db.pool, user, `cam-${test}`);
});

async function contact(name: string, channel: string, quietHours: object | null = null): Promise<void> {
  await db.pool.query('INSERT INTO contacts (contact_id, user_id, channel, address, quiet_hours, position) VALUES ($1, $2, $3, $4, $5, (SELECT count(*) FROM contacts))',
    [`${name}-${test}`, user, channel, `${name}@example.org`, quietHours === null ? null : JSON.stringify(quietHours)]);
}

async function chain(levels: Chain['levels']): Promise<void> {
  await db.pool.query('INSERT INTO chains (chain_id, name, levels) VALUES ($1, $1, $2)', [`chain-${test}`, JSON.stringify(levels)]);
  await db.pool.query('UPDATE users SET chain_id = $1 WHERE user_id = $2', [`chain-${test}`, user]);
}

const rows = async <T = Record<string, unknown>>(sql: string, values: unknown[] = [user]): Promise<T[]> => (await db.pool.query(sql, values)).rows as T[];
const incident = async () => (await rows('SELECT * FROM incidents WHERE user_id = $1 ORDER BY created_at DESC LIMIT 1'))[0]!;
const opened = async (): Promise<string> => String((await incident())['incident_id']);
const story = async (): Promise<string[]> => (await rows<{ event: string }>('SELECT event FROM incident_events JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY event_id')).map(({ event }) => event);
const told = (names: readonly string[]): string[] => names.map((name) => `${name}-${test}`);
const heldRows = () => rows('SELECT cause, contact_id, matches, severity, incident_id IS NULL AS loose FROM held_back WHERE user_id = $1 ORDER BY held_id');

/** Every hour of the week, so that it is always night. */
const ALWAYS_NIGHT = { timeZone: 'Europe/Berlin', windows: [{ days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 1439 }], breakThrough: 'critical' };

describe('an incident that nobody answers', () => {
  it('is told level by level, each contact once a turn, and is closed only when the chain has nobody further', async () => {
    await contact('mail', 'email');
    await contact('text', 'sms');
    const [id = ''] = await life.match();
    expect(await life.handOver(id)).toEqual(told(['opened mail']));
    expect(await life.review(id)).toMatchObject({ open: true });
    await life.pass(299);
    expect(await life.handOver(id)).toEqual([]);
    await life.pass(2);
    await life.review(id);
    expect(await life.handOver(id)).toEqual(told(['escalated text']));
    expect((await incident())['state']).toBe('open');
    await life.pass(301);
    expect(await life.review(id)).toEqual({ open: false, reviewInMs: null });
    expect(await story()).toEqual(['opened', 'told', 'told', 'exhausted', 'closed']);
  });

  it('rings one telephone after the other, twice each, and the next at once when the provider says how the last ended', async () => {
    await contact('anna', 'call');
    await contact('ben', 'call');
    const [id = ''] = await life.match({ severity: 'high' });
    expect(await life.handOver(id)).toEqual(told(['opened anna']));
    await life.review(id);
    expect(await life.handOver(id)).toEqual([]);
    await recordArrival(db.pool, { deliveryKey: `${id}:2:0:call:anna-${test}`, providerId: 'CA1', arrival: 'no_answer', providerCode: null });
    await life.review(id);
    expect(await life.handOver(id)).toEqual(told(['repeated anna']));
    await life.pass(61);
    await life.review(id);
    expect(await life.handOver(id)).toEqual(told(['repeated ben']));
    expect((await rows<{ delivery_key: string }>("SELECT delivery_key FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY deliveries.created_at"))
      .map(({ delivery_key: key }) => key.slice(37))).toEqual([`2:0:call:anna-${test}`, `2:1:call:anna-${test}`, `2:0:call:ben-${test}`]);
  });

  it('survives that its reviews are repeated, by any number of workers at once', async () => {
    await contact('mail', 'email');
    await contact('text', 'sms');
    const [id = ''] = await life.match();
    await life.pass(301);
    await Promise.all(Array.from({ length: 6 }, () => life.review(id)));
    expect(await rows('SELECT channel FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY channel')).toEqual([{ channel: 'email' }, { channel: 'sms' }]);
  });
});

describe('somebody who takes charge', () => {
  it('stops it: what waits is withdrawn, nobody else is told, and it closes after quiet', async () => {
    await contact('mail', 'email');
    await contact('text', 'sms');
    const [id = ''] = await life.match();
    expect(await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'link', contactId: `mail-${test}`, said: null, knownHours: null }, null)).toMatchObject({ state: 'acknowledged', changed: true });
    expect(await life.handOver(id)).toEqual([]);
    await life.pass(GROUPING.quietMs / 1000 - 10);
    expect(await life.review(id)).toMatchObject({ open: true });
    await life.pass(11);
    expect(await life.review(id)).toEqual({ open: false, reviewInMs: null });
    expect(await rows('SELECT deliveries.state FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1')).toEqual([{ state: 'withdrawn' }]);
    expect(await story()).toEqual(['opened', 'told', 'acknowledged', 'withdrawn', 'closed']);
  });

  it('may say so twice: the first moment stays, and one answer is kept', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match();
    const answer = { incidentId: id, kind: 'acknowledge', way: 'sms', contactId: `mail-${test}`, said: '1', knownHours: null } as const;
    await respond(db.pool, answer, null);
    const first = (await incident())['acknowledged_at'];
    expect(await respond(db.pool, answer, null)).toMatchObject({ changed: false, state: 'acknowledged' });
    expect((await incident())['acknowledged_at']).toBe(first);
    expect(await rows('SELECT kind, way, said FROM responses WHERE user_id = $1')).toEqual([{ kind: 'acknowledge', way: 'sms', said: '1' }]);
  });

  it('while a try is under way: it goes out once and no more', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match();
    await db.pool.query("UPDATE deliveries SET state = 'sending', claimed_until = now() - interval '1 s', tries = 1 WHERE incident_id = $1", [id]);
    await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    expect(await life.handOver(id)).toEqual([]);
    expect(await rows('SELECT deliveries.state FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1')).toEqual([{ state: 'withdrawn' }]);
  });

  it('of something less is asked again when it gets worse', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match({ severity: 'low' });
    await life.handOver(id);
    await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    expect(await life.match({ severity: 'low' })).toEqual([]);
    expect(await life.match({ severity: 'high' })).toEqual([id]);
    expect(await life.handOver(id)).toEqual(told(['rose mail']));
    expect(await incident()).toMatchObject({ state: 'open', severity: 'high', told_severity: 'high', acknowledged_at: null });
    expect(await life.match({ severity: 'high' })).toEqual([]);
  });

  it('of an incident that nobody knows gets a clear answer, and so does one user about the incident of another', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match();
    const answer = { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null } as const;
    await expect(respond(db.pool, answer, 'somebody-else')).rejects.toMatchObject({ code: 'incident_unknown' });
    await expect(respond(db.pool, { ...answer, incidentId: '0199a0c4-1111-7000-8000-000000000009' }, null)).rejects.toMatchObject({ code: 'incident_unknown' });
  });
});

describe('a verdict', () => {
  it('is a label of the frame and the rule version, and a false alarm resolves', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match();
    await respond(db.pool, { incidentId: id, kind: 'false_alarm', way: 'call', contactId: `mail-${test}`, said: '6', knownHours: null }, null);
    const { first_frame_id: frame } = await incident();
    expect(await rows('SELECT kind, frame_id, rule_id, rule_version FROM responses WHERE user_id = $1')).toEqual([{ kind: 'false_alarm', frame_id: frame, rule_id: '7', rule_version: 1 }]);
    expect((await incident())['state']).toBe('resolved');
  });

  it('"known" mutes that thing on that camera, for every rule, and nothing else', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match({ seen: { dog: 0.9 } });
    await respond(db.pool, { incidentId: id, kind: 'known', way: 'link', contactId: `mail-${test}`, said: null, knownHours: 1 }, null);
    expect(await life.match({ seen: { dog: 0.9 }, rule: '8' })).toEqual([]);
    expect(await life.match({ seen: { dog: 0.9, person: 0.8 }, rule: '8' })).toHaveLength(1);
    expect(await rows('SELECT suppressed FROM matches JOIN frames USING (frame_id, captured_at) WHERE user_id = $1 AND suppressed IS NOT NULL')).toEqual([{ suppressed: 'known' }]);
    await db.pool.query("UPDATE snoozes SET until_at = now() WHERE user_id = $1", [user]);
    expect(await life.match({ seen: { dog: 0.9 }, rule: '9' })).toHaveLength(1);
  });
});

describe('what was over', () => {
  it('goes on as the same incident, told again, when a match comes soon after', async () => {
    await contact('mail', 'email');
    const [id = ''] = await life.match();
    await life.pass(301);
    await life.review(id);
    expect((await incident())['state']).toBe('closed');
    await life.pass(60);
    expect(await life.match()).toEqual([id]);
    expect(await life.handOver(id)).toEqual(told(['opened mail', 'reopened mail']));
    expect(await incident()).toMatchObject({ incident_id: id, state: 'open', reopened: 1, matches: 2 });
  });

  it('is not told again while people are still being asked', async () => {
    await contact('mail', 'email');
    await chain([{ channels: ['email'], contacts: null, severities: SEVERITIES, waitSeconds: 3600, repeats: 0 }]);
    const [id = ''] = await life.match();
    await life.handOver(id);
    await life.pass(660);
    expect(await life.match()).toEqual([]);
    expect((await incident())['matches']).toBe(2);
  });
});

describe('what is held back', () => {
  it('from a contact that sleeps comes as a digest, and critical things wake it', async () => {
    await contact('sleeper', 'email', ALWAYS_NIGHT);
    const [id = ''] = await life.match({ severity: 'high' });
    expect(await life.handOver(id)).toEqual([]);
    expect(await incident()).toMatchObject({ held: 'quiet_hours', told_at: null, state: 'open' });
    await life.match({ severity: 'high' });
    expect(await heldRows()).toEqual([{ cause: 'quiet_hours', contact_id: `sleeper-${test}`, matches: 2, severity: 'high', loose: false }]);
    expect(await life.match({ severity: 'critical' })).toHaveLength(1);
    expect(await life.handOver(await opened())).toEqual(told(['opened sleeper']));
  });

  it('by a snooze opens no incident, and is counted for the digest at its end', async () => {
    await contact('mail', 'email');
    await db.pool.query("INSERT INTO snoozes (snooze_id, user_id, rule_id, cause, until_at, created_by) VALUES (gen_random_uuid(), $1, '7', 'snoozed', now() + interval '1 hour', 'test')", [user]);
    for (let n = 0; n < 3; n += 1) expect(await life.match()).toEqual([]);
    expect(await rows('SELECT 1 FROM incidents WHERE user_id = $1')).toEqual([]);
    expect(await heldRows()).toEqual([{ cause: 'snoozed', contact_id: null, matches: 3, severity: 'medium', loose: true }]);
    expect(await life.match({ rule: '8' })).toHaveLength(1);
  });

  it('because it is old waits for the digest, until a match of now joins it', async () => {
    await contact('mail', 'email');
    const late = incidentLife(db.pool, user, `cam-${test}`, { oldMs: OLD_MS });
    const [id = ''] = await late.match({ atMinutes: -12 });
    expect(await late.handOver(id)).toEqual([]);
    expect(await heldRows()).toMatchObject([{ cause: 'old', contact_id: null }]);
    expect(await late.match({ atMinutes: -8 })).toEqual([id]);
    expect((await incident())['held']).toBeNull();
  });

  it('beyond the budget of an hour comes as one summary; what is critical has a budget of its own', async () => {
    await contact('mail', 'email');
    const poor = incidentLife(db.pool, user, `cam-${test}`, { messagesPerHour: 2 });
    for (const rule of ['1', '2', '3', '4']) await poor.match({ rule });
    for (const rule of ['5', '6', '7']) await poor.match({ rule, severity: 'critical' });
    expect(await rows('SELECT rule_id AS rule, held FROM incidents WHERE user_id = $1 ORDER BY rule_id')).toEqual([
      ...['1', '2'].map((rule) => ({ rule, held: null })), ...['3', '4'].map((rule) => ({ rule, held: 'budget' })),
      ...['5', '6'].map((rule) => ({ rule, held: null })), { rule: '7', held: 'budget' },
    ]);
    expect(await heldRows()).toHaveLength(3);
    await poor.pass(3600);
    const made = (await Promise.all(Array.from({ length: 4 }, () => makeDigests(db.pool)))).flat();
    const messages = await rows<{ telling: string; contact_id: string; held: number }>(`
      SELECT telling, contact_id, (SELECT count(*)::int FROM held_back WHERE held_back.digest_id = deliveries.digest_id) AS held FROM deliveries WHERE digest_id = ANY($1) AND contact_id = $2`,
    [made, `mail-${test}`]);
    expect(messages).toEqual([{ telling: 'digest', contact_id: `mail-${test}`, held: 3 }]);
  });

  it('under many batches at once is counted exactly', async () => {
    await contact('mail', 'email');
    const users = Array.from({ length: 8 }, (_, n) => n);
    await db.pool.query("INSERT INTO devices (device_id, user_id, name, time_zone) SELECT 'storm-' || $1::int || '-' || n, $2, 'x', 'UTC' FROM generate_series(0, 7) n", [test, user]);
    await Promise.all(users.map((n) => incidentLife(db.pool, user, `storm-${test}-${n}`, { messagesPerHour: 3 }).match()));
    expect(await rows('SELECT count(*) FILTER (WHERE held IS NULL)::int AS told, count(*) FILTER (WHERE held = $2)::int AS held FROM incidents WHERE user_id = $1', [user, 'budget'])).toEqual([{ told: 3, held: 5 }]);
  });
});

describe('a program', () => {
  it('is told in order when it opens, when somebody takes charge and when it is over', async () => {
    await contact('hook', 'webhook');
    const [id = ''] = await life.match();
    await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    await life.pass(1);
    await life.handOver(id);
    await respond(db.pool, { incidentId: id, kind: 'resolve', way: 'api', contactId: null, said: null, knownHours: null }, null);
    await life.handOver(id);
    expect(await rows("SELECT telling, deliveries.state FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY deliveries.created_at")).toEqual([
      { telling: 'opened', state: 'withdrawn' },
    ]);
  });

  it('whose first word was withdrawn after a try hears the end all the same, because it may have that word', async () => {
    await contact('hook', 'webhook');
    const [id = ''] = await life.match();
    const outbox = createOutbox(db.pool, { cooldownMs: GROUPING.cooldownMs });
    const [first] = await outbox.claimDue(id, 60_000);
    await outbox.finish(first!, { kind: 'unavailable', code: 'provider_unavailable', answer: 'other side closed', mayHaveArrived: false, retryInMs: 5_000 });
    await life.pass(1);
    await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    expect(await life.handOver(id)).toEqual(told(['taken hook']));
    await life.pass(301);
    await life.review(id);
    expect(await life.handOver(id)).toEqual(told(['over hook']));
    expect(await rows('SELECT telling, deliveries.state FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1 ORDER BY deliveries.created_at')).toEqual([
      { telling: 'opened', state: 'withdrawn' }, { telling: 'taken', state: 'delivered' }, { telling: 'over', state: 'delivered' },
    ]);
  });

  it('that was told of it hears the end of it', async () => {
    await contact('hook', 'webhook');
    const [id = ''] = await life.match();
    await life.handOver(id);
    await life.pass(1);
    await respond(db.pool, { incidentId: id, kind: 'acknowledge', way: 'api', contactId: null, said: null, knownHours: null }, null);
    await life.pass(301);
    await life.review(id);
    expect(await life.handOver(id)).toEqual(told(['taken hook']));
    expect(await life.handOver(id)).toEqual(told(['over hook']));
  });
});

describe('a status callback', () => {
  it('proves that a message was taken whose answer was lost: it is not sent again', async () => {
    await contact('text', 'sms');
    const [id = ''] = await life.match();
    const key = `${id}:1:0:sms:text-${test}`;
    await db.pool.query("UPDATE deliveries SET tries = 1, uncertain = 1, next_try_at = now() + interval '1 minute' WHERE delivery_key = $1", [key]);
    await db.pool.query("INSERT INTO delivery_attempts (delivery_key, finished_at, outcome) VALUES ($1, now(), 'uncertain')", [key]);
    expect(await recordArrival(db.pool, { deliveryKey: key, providerId: 'SM1', arrival: 'sent', providerCode: null })).toBe(true);
    expect(await life.handOver(id)).toEqual([]);
    expect(await rows('SELECT deliveries.state, provider_id FROM deliveries JOIN incidents USING (incident_id) WHERE user_id = $1')).toEqual([{ state: 'delivered', provider_id: 'SM1' }]);
    expect(await rows('SELECT outcome FROM delivery_attempts WHERE delivery_key = $1', [key])).toEqual([{ outcome: 'delivered' }]);
    expect((await incident())['cooldown_until']).not.toBeNull();
  });

  it('is kept once, and an older word never overwrites a final one', async () => {
    await contact('text', 'sms');
    const [id = ''] = await life.match();
    const report = { deliveryKey: `${id}:1:0:sms:text-${test}`, providerId: 'SM1', providerCode: null } as const;
    for (const arrival of ['sent', 'arrived', 'arrived', 'queued'] as const) await recordArrival(db.pool, { ...report, arrival });
    expect(await rows('SELECT arrival FROM delivery_receipts WHERE delivery_key = $1 ORDER BY receipt_id', [report.deliveryKey])).toEqual([{ arrival: 'sent' }, { arrival: 'arrived' }, { arrival: 'queued' }]);
    expect(await rows('SELECT arrival FROM deliveries WHERE delivery_key = $1', [report.deliveryKey])).toEqual([{ arrival: 'arrived' }]);
  });

  it('for a message that nobody knows is no error', async () => {
    expect(await recordArrival(db.pool, { deliveryKey: 'x', providerId: 'SM1', arrival: 'sent', providerCode: null })).toBe(false);
  });
});

describe('a user without a contact', () => {
  it('is told nothing, and the match says so', async () => {
    expect(await life.match()).toEqual([]);
    expect(await rows('SELECT suppressed FROM matches JOIN frames USING (frame_id, captured_at) WHERE user_id = $1')).toEqual([{ suppressed: 'no_contact' }]);
  });

  it('has those that the chain names, such as a guard service', async () => {
    await seedUser(db.pool, `guards-${test}`, [], { contact: false });
    await db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ($1, $2, 'email', 'guard@example.org')", [`guard-${test}`, `guards-${test}`]);
    await chain([{ channels: [], contacts: [`guard-${test}`], severities: SEVERITIES, waitSeconds: 60, repeats: 0 }]);
    const [id = ''] = await life.match();
    expect(await life.handOver(id)).toEqual(told(['opened guard']));
  });
});

describe('the policy that brought the rule', () => {
  const HEX = 'ab'.repeat(32);

  async function policy(defaults: object): Promise<void> {
    await db.pool.query('INSERT INTO policies (policy_id, current_version) VALUES ($1, 1)', [`policy-${test}`]);
    await db.pool.query("INSERT INTO policy_versions (policy_id, version, content, created_by) VALUES ($1, 1, $2, 'test')", [`policy-${test}`, JSON.stringify({ name: 'x', rules: [], defaults })]);
    const way = { groupId: null, policyId: `policy-${test}`, policyVersion: 1, severity: 'medium', zones: null };
    await db.pool.query("INSERT INTO rule_sets (rule_set_id, contents) VALUES (decode($1, 'hex'), $2) ON CONFLICT (rule_set_id) DO UPDATE SET contents = EXCLUDED.contents",
      [HEX, JSON.stringify({ rules: [{ ruleId: '7', version: 1, through: [way] }], zones: [], timeZone: 'UTC' })]);
  }

  it('lends its chain to users without one of their own', async () => {
    await contact('mail', 'email');
    await contact('text', 'sms');
    await db.pool.query('INSERT INTO chains (chain_id, name, levels) VALUES ($1, $1, $2)',
      [`lent-${test}`, JSON.stringify([{ channels: ['sms'], contacts: null, severities: SEVERITIES, waitSeconds: 60, repeats: 0 }])]);
    await policy({ chain: `lent-${test}` });
    const [id = ''] = await life.match({ ruleSet: HEX });
    expect(await life.handOver(id)).toEqual(told(['opened text']));
    await chain([{ channels: ['email'], contacts: null, severities: SEVERITIES, waitSeconds: 60, repeats: 0 }]);
    await life.pass(3600);
    const [next = ''] = await life.match({ ruleSet: HEX });
    expect(await life.handOver(next)).toEqual(told(['opened mail']));
  });

  it('lends its quiet hours to contacts without their own', async () => {
    await contact('sleeper', 'email');
    await contact('awake', 'email', { ...ALWAYS_NIGHT, windows: [] });
    await policy({ quietHours: ALWAYS_NIGHT });
    const [id = ''] = await life.match({ ruleSet: HEX });
    expect(await life.handOver(id)).toEqual(told(['opened awake']));
    expect(await heldRows()).toMatchObject([{ cause: 'quiet_hours', contact_id: `sleeper-${test}` }]);
  });
});
