/** An incident to which everything has happened that can happen to one, written as the ledger would have it. */
import { query } from '../../adapters/postgres/pool.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';

export const RICH = '019aa420-0000-7000-8000-000000000001';
export const DIGEST = '019aa420-0000-7000-8000-0000000000d1';
export const MATCHES = 2_140;
const key = (level: number, round: number, channel: string, contact: string): string => `${RICH}:${level}:${round}:${channel}:${contact}`;
export const KEYS = {
  mail: key(0, 0, 'email', 'anna-mail'), pager: key(0, 0, 'pagerduty', 'guard'), rose: key(0, 1, 'email', 'anna-mail'), sms: key(1, 0, 'sms', 'anna-sms'),
  call: key(2, 0, 'call', 'anna-call'), calledAgain: key(2, 1, 'call', 'anna-call'), dead: key(1, 0, 'webhook', 'office-hook'), taken: key(0, 1, 'pagerduty', 'guard'),
  digest: `digest-${DIGEST}:email:bert-mail`,
} as const;

const frameId = (number: number): string => `019aa41f-b1ec-7000-8000-${String(number).padStart(12, '0')}`;
/** The one with the best probability among the most severe. */
export const WORST = frameId(900);

/** At night in Berlin, a quarter past two: `02:14:07` and `14:07` are the same moment. */
const at = (minutes: string): string => `2026-11-21T01:${minutes}Z`;

/** User anna with the camera door, whose incident it is; bert reads of it in a digest. */
export async function richIncident(pool: Pool): Promise<void> {
  const all = (text: string, rows: readonly (readonly unknown[])[]): Promise<unknown> => Promise.all(rows.map((row) => query(pool, text, [...row])));
  await query(pool, "INSERT INTO users (user_id, name) VALUES ('anna', 'Anna') ON CONFLICT DO NOTHING");
  await query(pool, "INSERT INTO devices (device_id, user_id, name, time_zone) VALUES ('back-door', 'anna', 'Back door', 'Europe/Berlin')");
  await query(pool, "INSERT INTO rules (rule_id, current_version) VALUES ('100', 1)");
  await query(pool, `INSERT INTO rule_versions (rule_id, version, source, condition, created_by, name) VALUES ('100', 1, '', '{}', 'test', 'People at night')`);
  await query(pool, `INSERT INTO chains (chain_id, name, levels) VALUES ('night', 'Night', '[]')`);
  await query(pool, `
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, told_severity, told_at, chain_id, level, repeats, exhausted, reopened,
      opened_at, last_match_at, first_frame_id, matches, acknowledged_at, resolved_at, closed_at, created_at)
    VALUES ($1, 'anna', '100', 1, 'back-door', 'closed', 'high', 'high', $2, 'night', 2, 1, true, 0, $3, $4, $5, $6, $7, $8, $9, $10)`,
  [RICH, at('31:00'), at('14:07'), at('50:00'), frameId(0), MATCHES, at('33:20'), at('40:02'), at('56:00'), at('14:07.900')]);
  await query(pool, `
    INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, incident_id, severity, labels, probability, matched_at)
    SELECT ('019aa41f-b1ec-7000-8000-' || lpad(number::text, 12, '0'))::uuid, '100', moment, 1, $1, CASE WHEN number BETWEEN 850 AND 950 THEN 'high' ELSE 'medium' END, '{person}',
           CASE number WHEN 900 THEN 0.975 ELSE 0.6 + (number % 300) / 1000.0 END, moment + interval '900 ms'
    FROM generate_series(0, $2::int - 1) AS number, LATERAL (SELECT $3::timestamptz + number * ($4::timestamptz - $3::timestamptz) / ($2::int - 1) AS moment) AS shot`,
  [RICH, MATCHES, at('14:07'), at('50:00')]);
  await all('INSERT INTO incident_events (incident_id, at, event, detail) VALUES ($1, $2, $3, $4)', [
    [RICH, at('14:08.012'), 'opened', '{"severity": "medium"}'],
    [RICH, at('14:08.020'), 'told', '{"telling": "opened", "level": 0, "contacts": ["anna-mail", "guard"]}'],
    [RICH, at('14:08.021'), 'held', '{"cause": "quiet_hours", "contacts": ["bert-mail"]}'],
    [RICH, at('19:10.000'), 'told', '{"telling": "escalated", "level": 1, "contacts": ["anna-sms", "office-hook"]}'],
    [RICH, at('28:45.010'), 'rose', '{"from": "medium", "to": "high"}'],
    [RICH, at('28:45.020'), 'told', '{"telling": "rose", "level": 0, "contacts": ["anna-mail"]}'],
    [RICH, at('30:00.000'), 'told', '{"telling": "escalated", "level": 2, "contacts": ["anna-call"]}'],
    [RICH, at('31:00.000'), 'told', '{"telling": "repeated", "level": 2, "contacts": ["anna-call"]}'],
    [RICH, at('32:30.000'), 'exhausted', '{}'],
    [RICH, at('33:20.020'), 'acknowledged', '{"by": "sms:anna-sms"}'],
    [RICH, at('33:20.030'), 'withdrawn', '{"contacts": ["anna-call"]}'],
    [RICH, at('40:02.010'), 'resolved', '{"by": "api"}'],
    [RICH, at('56:00.000'), 'closed', '{}'],
  ]);
  const delivery = `
    INSERT INTO deliveries (delivery_key, incident_id, digest_id, contact_id, channel, address, telling, severity, state, tries, uncertain, code, created_at, delivered_at,
      provider, provider_id, units, cost_micros, cost_currency, arrival, arrived_at, arrival_code) VALUES
    ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`;
  await query(pool, "INSERT INTO digests (digest_id, user_id, contact_id, created_at) VALUES ($1, 'anna', 'bert-mail', '2026-11-21T06:00:00Z')", [DIGEST]);
  const nothing = [null, null, null, null, null, null, null, null];
  await all(delivery, [
    [KEYS.mail, RICH, null, 'anna-mail', 'email', 'anna@example.org', 'opened', 'medium', 'delivered', 2, 0, null, at('14:07.900'), at('14:14.430'), 'smtp', '<1@mx>', ...nothing.slice(2)],
    [KEYS.pager, RICH, null, 'guard', 'pagerduty', 'R0SECRETROUTINGKEY', 'opened', 'medium', 'delivered', 1, 0, null, at('14:07.900'), at('14:08.600'), 'pagerduty', RICH, ...nothing.slice(2)],
    [KEYS.sms, RICH, null, 'anna-sms', 'sms', '+4915112345678', 'escalated', 'medium', 'delivered', 1, 0, null, at('19:09.990'), at('19:10.480'), 'twilio', 'SM1', 2, 15_800, 'USD', 'arrived', at('19:13'), null],
    [KEYS.dead, RICH, null, 'office-hook', 'webhook', 'https://hooks.example.org/t/s3cret', 'escalated', 'medium', 'failed', 3, 1, 'given_up', at('19:09.990'), ...nothing, null],
    [KEYS.rose, RICH, null, 'anna-mail', 'email', 'anna@example.org', 'rose', 'high', 'delivered', 1, 0, null, at('28:45'), at('28:45.300'), 'smtp', '<2@mx>', ...nothing.slice(2)],
    [KEYS.call, RICH, null, 'anna-call', 'call', '+4930123456', 'escalated', 'high', 'delivered', 1, 0, null, at('29:59.995'), at('30:00.700'), 'twilio', 'CA1', 1, 120_000, 'USD', 'no_answer', at('30:28'), null],
    [KEYS.calledAgain, RICH, null, 'anna-call', 'call', '+4930123456', 'repeated', 'high', 'withdrawn', 0, 0, null, at('30:59.995'), ...nothing, null],
    [KEYS.taken, RICH, null, 'guard', 'pagerduty', 'R0SECRETROUTINGKEY', 'taken', 'high', 'delivered', 1, 0, null, at('33:20'), at('33:20.500'), 'pagerduty', RICH, ...nothing.slice(2)],
    [KEYS.digest, null, DIGEST, 'bert-mail', 'email', 'bert@example.org', 'opened', 'high', 'delivered', 1, 0, null, '2026-11-21T06:00:00Z', '2026-11-21T06:00:01Z', 'smtp', '<3@mx>', ...nothing.slice(2)],
  ]);
  for (const [deliveryKey, startedAt, finishedAt, outcome, answer] of [
    [KEYS.mail, at('14:08.100'), at('14:08.212'), 'unavailable', '451 4.7.1 Greylisted, come back later'], [KEYS.pager, at('14:08.100'), at('14:08.600'), 'delivered', 'Event processed'],
    [KEYS.mail, at('14:14.100'), at('14:14.430'), 'delivered', '250 2.0.0 Ok: queued as 4F1A'], [KEYS.sms, at('19:10.100'), at('19:10.480'), 'delivered', 'queued'],
    [KEYS.dead, at('19:10.100'), at('19:40.100'), 'uncertain', "the try ended before the provider's answer was recorded"], [KEYS.dead, at('21:00'), at('21:00.090'), 'unavailable', '503 Service Unavailable'],
    [KEYS.dead, at('26:00'), at('26:00.080'), 'refused', 'given up after 3 tries: 503 Service Unavailable'], [KEYS.rose, at('28:45.100'), at('28:45.300'), 'delivered', '250 2.0.0 Ok: queued as 4F1B'],
    [KEYS.call, at('30:00.100'), at('30:00.700'), 'delivered', 'queued'], [KEYS.taken, at('33:20.100'), at('33:20.500'), 'delivered', 'Event processed'],
  ] as const) await query(pool, 'INSERT INTO delivery_attempts (delivery_key, started_at, finished_at, outcome, answer) VALUES ($1, $2, $3, $4, $5)', [deliveryKey, startedAt, finishedAt, outcome, answer]);
  await all('INSERT INTO delivery_receipts (delivery_key, received_at, arrival, provider_id, provider_code) VALUES ($1, $2, $3, $4, $5)', [
    [KEYS.sms, at('19:11'), 'sent', 'SM1', null], [KEYS.sms, at('19:13'), 'arrived', 'SM1', null], [KEYS.call, at('30:03'), 'ringing', 'CA1', null], [KEYS.call, at('30:28'), 'no_answer', 'CA1', '487'],
  ]);
  const response = 'INSERT INTO responses (incident_id, at, kind, way, contact_id, said, user_id, device_id, frame_id, rule_id, rule_version, known_until) VALUES ($1, $2, $3, $4, $5, $6, \'anna\', \'back-door\', $7, \'100\', 1, $8)';
  for (const [when, kind, way, contact, said, until] of [
    [at('32:50'), null, 'sms', 'anna-sms', 'who is this?', null], [at('33:20.010'), 'acknowledge', 'sms', 'anna-sms', '1', null],
    [at('40:02'), 'known', 'api', null, null, '2026-11-21T09:40:02Z'],
  ] as const) await query(pool, response, [RICH, when, kind, way, contact, said, WORST, until]);
  await query(pool, `
    INSERT INTO held_back (user_id, contact_id, cause, incident_id, rule_id, device_id, severity, matches, frame_id, frame_captured_at, first_at, last_at, due_at, digest_id)
    VALUES ('anna', 'bert-mail', 'quiet_hours', $1, '100', 'back-door', 'medium', 1, $2, $3, $3, $3, '2026-11-21T06:00:00Z', $4)`, [RICH, frameId(0), at('14:07'), DIGEST]);
}
