/** An open incident in the ledger as the alert stage leaves it: account, rule, judged frame, match, waiting messages. */
import { query } from '../../../adapters/postgres/pool.ts';
import type { Pool } from '../../../adapters/postgres/pool.ts';
import { deliveryKeyOf } from '../../../contracts/delivery.ts';

export const MATCHED_AT = '2026-11-21T01:14:07.500000Z';
/** Their time is MATCHED_AT, as frame ids have it. */
const FRAME_ID = '019aa41f-b1ec-7000-8000-000000000001';
const BATCH_ID = '019aa41f-b1ec-7000-8000-00000000000b';

export interface IncidentExample {
  readonly incidentId: string;
  /** In the order of the addresses. */
  readonly keys: readonly string[];
}

/** One message waits for each address. A database takes several incidents, which differ by their number. */
export async function openIncident(pool: Pool, addresses: readonly string[], number = 1): Promise<IncidentExample> {
  const incidentId = `019aa420-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const device = `cam${number}`;
  await query(pool, `INSERT INTO users (user_id, name) VALUES ('acme', 'Acme') ON CONFLICT DO NOTHING`);
  await query(pool, `INSERT INTO devices (device_id, user_id, name, time_zone) VALUES ($1, 'acme', 'Back door', 'Europe/Berlin')`, [device]);
  await query(pool, `INSERT INTO rules (rule_id, current_version) VALUES ('100', 2) ON CONFLICT DO NOTHING`);
  await query(pool, `INSERT INTO rule_versions (rule_id, version, source, condition, created_by) VALUES
    ('100', 1, 'RuleID: 100 | Unsafe Class: Person | ALL with probability>80%', '{}', 'test'), ('100', 2, 'RuleID: 100 | changed since', '{}', 'test') ON CONFLICT DO NOTHING`);
  const frame = [FRAME_ID.slice(0, -3) + String(number).padStart(3, '0'), MATCHED_AT];
  await query(pool, `
    INSERT INTO frames (frame_id, captured_at, given_captured_at, device_id, user_id, time_zone, tag, sha256, size_bytes, media_type, standard_sha256, width, height)
    VALUES ($1, $2, $2, $3, 'acme', 'Europe/Lisbon', 'acme-cam-tag', '\\x01', 1, 'image/jpeg', '\\xabcd', 1280, 720)`, [...frame, device]);
  await query(pool, `INSERT INTO frame_detections (frame_id, captured_at, batch_id, model, width, height, detections, file_path) VALUES ($1, $2, $3, '{}', 1280, 720, $4, '/x')`,
    [...frame, BATCH_ID, JSON.stringify([detection('cat', 0.95), detection('person', 0.874), detection('dog', 0.3)])]);
  await query(pool, `INSERT INTO frame_verdicts (frame_id, captured_at, run, batch_id, verdicts, matched) VALUES ($1, $2, 1, $3, $4, true), ($1, $2, 2, $3, '[]', false)`,
    [...frame, BATCH_ID, JSON.stringify([verdict('99', []), verdict('100', [1])])]);
  await query(pool, `INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, opened_at, last_match_at, first_frame_id)
    VALUES ($1, 'acme', '100', 1, $2, $3, $3::timestamptz + interval '30 s', $4)`, [incidentId, device, MATCHED_AT, frame[0]]);
  await query(pool, `INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, incident_id) VALUES ($1, '100', $2, 1, $3)`, [...frame, incidentId]);
  const keys = addresses.map((_, n) => deliveryKeyOf({ incidentId, level: 0, round: 0, channel: 'email', contactId: `contact${n}` }));
  for (const [n, address] of addresses.entries()) {
    await query(pool, `INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address) VALUES ($1, $2, $3, 'email', $4)`, [keys[n], incidentId, `contact${n}`, address]);
  }
  return { incidentId, keys };
}

const detection = (label: string, probability: number) => ({ label, probability, score: probability, box: [10, 20, 30, 40] });
const verdict = (ruleId: string, evidence: number[]) => ({
  ruleId, ruleVersion: 1, matched: evidence.length > 0, evidence,
  clauses: [{ path: '0', text: 'person with probability > 80%', holds: evidence.length > 0, compared: 0.874, threshold: 0.8 }],
});

/** As if the clock had moved on: what waits is due, what is being sent has outlived its claim. */
export async function letTimePass(pool: Pool, incidentId: string): Promise<void> {
  await query(pool, `UPDATE deliveries SET next_try_at = now() - interval '1 s', claimed_until = now() - interval '1 s' WHERE incident_id = $1 AND state <> 'delivered'`, [incidentId]);
}

export interface DeliveryRow {
  delivery_key: string; state: string; tries: number; uncertain: number; code: string | null; provider_id: string | null; delivered_at: string | null; claimed_until: string | null;
}

export const deliveriesOf = (pool: Pool, incidentId: string): Promise<DeliveryRow[]> =>
  query(pool, 'SELECT * FROM deliveries WHERE incident_id = $1 ORDER BY delivery_key', [incidentId]);

export const attemptsOf = (pool: Pool, deliveryKey: string | undefined): Promise<{ outcome: string | null; answer: string | null; finished_at: string | null }[]> =>
  query(pool, 'SELECT outcome, answer, finished_at FROM delivery_attempts WHERE delivery_key = $1 ORDER BY attempt_id', [deliveryKey]);
