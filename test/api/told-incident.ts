/** An incident with its picture, its verdict and messages that went out, put straight into the ledger as the stages would. */
import sharp from 'sharp';
import { uuidv7 } from 'uuidv7';
import { createFrameResults } from '../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import { deliveryKeyOf } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import type { Detection } from '../../contracts/detection.ts';
import type { Severity } from '../../contracts/severity.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { claim, storeVerdicts } from '../support/plant-data.ts';
import { freshMoment } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

const MODEL = { name: 'yolox-nano', version: '0.1.1', sha256: 'f'.repeat(64), runtime: 'onnxruntime-node', calibration: 'none' };
export const PERSON: Detection = { label: 'person', score: 0.87, probability: 0.87, box: [200, 400, 600, 300] };
export const DOG: Detection = { label: 'dog', score: 0.6, probability: 0.6, box: [900, 100, 200, 200] };

/** As `accounts` and `putContact` of these tests leave them. */
export interface Told {
  readonly contactId: string;
  readonly channel: Channel;
  readonly address: string;
}
export const ANNAS_MAIL: Told = { contactId: 'anna-mail', channel: 'email', address: 'anna@example.org' };
export const ANNAS_SMS: Told = { contactId: 'anna-sms', channel: 'sms', address: '+4915112345678' };
export const ANNAS_CALL: Told = { contactId: 'anna-call', channel: 'call', address: '+4915112345678' };

export interface ToldIncident {
  readonly incidentId: string;
  readonly frameId: string;
  readonly capturedAt: string;
  /** In the order of `told`. */
  readonly deliveryKeys: readonly string[];
}

export interface IncidentToTell {
  readonly capturedAt?: string;
  readonly ruleId?: string;
  readonly ruleName?: string;
  readonly severity?: Severity;
  /** Whom, the earliest first. */
  readonly told?: readonly Told[];
  readonly picture?: Buffer;
}

/** Of the device `door` of `anna`: a person and a dog were seen, and the rule is about the person. */
export async function tellIncident(api: ApiUnderTest, {
  capturedAt = freshMoment(), ruleId = 'yard', ruleName = 'Person in the yard', severity = 'high', told = [ANNAS_MAIL], picture,
}: IncidentToTell = {}): Promise<ToldIncident> {
  const { pool } = api.db;
  const frameId = (await api.push('door', capturedAt, picture ?? await plainPicture())).json.frameId as string;
  const batch = await claim(pool);
  const [frame] = await createStageLedger(pool).load(batch.batchId, [0], 'validate');
  const results = createFrameResults(pool, { invalidFrameDays: 1 });
  const done = { frame: frame!, outcome: 'done' as const, code: null, detail: null, startedAt: new Date(), finishedAt: new Date() };
  // Twice as large as what is kept of it.
  const { sha256 } = await api.deps.frameStore.put(picture ?? await plainPicture(1));
  await results.saveValidations(batch.batchId, [{ ...done, made: { sha256, width: 1280, height: 960, standardWidth: 640, standardHeight: 480, warnings: [] } }], []);
  await results.saveDetections(batch.batchId, [{ ...done, made: { set: { model: MODEL, width: 1280, height: 960, detections: [PERSON, DOG] }, path: '/anna-door/x.json' } }]);
  const verdict: Verdict = {
    ruleId, ruleVersion: 1, matched: true, severity, evidence: [0],
    clauses: [{ path: '0', text: 'person with probability > 80%', holds: true, compared: 0.87, threshold: 0.8, unit: 'probability' }],
  };
  await storeVerdicts(pool, batch, frame!, [verdict]);
  await createSettlingLedger(pool).settle({ batchId: batch.batchId, exceptions: [] });

  await pool.query('INSERT INTO rules (rule_id, current_version) VALUES ($1, 1) ON CONFLICT DO NOTHING', [ruleId]);
  await pool.query("INSERT INTO rule_versions (rule_id, version, source, condition, created_by, name) VALUES ($1, 1, '', '{}', 'test', $2) ON CONFLICT DO NOTHING", [ruleId, ruleName]);
  // What was told before is over: at most one incident of a rule and device is not closed.
  await pool.query("UPDATE incidents SET state = 'closed', closed_at = now() WHERE device_id = 'door' AND rule_id = $1 AND state <> 'closed'", [ruleId]);
  const incidentId = uuidv7();
  await pool.query(`
    INSERT INTO incidents (incident_id, user_id, rule_id, rule_version, device_id, state, severity, opened_at, last_match_at, first_frame_id, matches)
    VALUES ($1, 'anna', $2, 1, 'door', 'open', $3, $4, $4, $5, 1)`, [incidentId, ruleId, severity, parseInstant(capturedAt), frameId]);
  await pool.query("INSERT INTO matches (frame_id, rule_id, captured_at, rule_version, incident_id, severity, labels, probability) VALUES ($1, $2, $3, 1, $4, $5, '{person}', 0.87)",
    [frameId, ruleId, parseInstant(capturedAt), incidentId, severity]);
  const deliveryKeys = told.map(({ contactId, channel }, level) => deliveryKeyOf({ incidentId, level, round: 0, channel, contactId }));
  for (const [level, { contactId, channel, address }] of told.entries()) {
    await pool.query(`
      INSERT INTO deliveries (delivery_key, incident_id, contact_id, channel, address, state, tries, delivered_at, severity, frame_id, frame_captured_at, provider_id)
      VALUES ($1, $2, $3, $4, $5, 'delivered', 1, now(), $6, $7, $8, 'SM' || md5($1))`,
    [deliveryKeys[level], incidentId, contactId, channel, address, severity, frameId, parseInstant(capturedAt)]);
  }
  return { incidentId, frameId, capturedAt, deliveryKeys };
}

/** Of `anna`, beside her mail. */
export async function putTelephone(api: ApiUnderTest): Promise<void> {
  for (const { contactId, channel, address } of [ANNAS_SMS, ANNAS_CALL]) {
    await api.db.pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ($1, 'anna', $2, $3)", [contactId, channel, address]);
  }
}

const plainPicture = (shade = 0): Promise<Buffer> => sharp({ create: { width: 640, height: 480, channels: 3, background: { r: 32, g: 48 + shade, b: 64 } } }).jpeg().toBuffer();

export const answersTo = async (api: ApiUnderTest, incidentId: string): Promise<{ kind: string | null; way: string; contactId: string | null; said: string | null }[]> =>
  (await api.db.pool.query('SELECT kind, way, contact_id AS "contactId", said FROM responses WHERE incident_id = $1 ORDER BY response_id', [incidentId])).rows;

export const stateOf = async (api: ApiUnderTest, incidentId: string): Promise<string> =>
  (await api.db.pool.query('SELECT state FROM incidents WHERE incident_id = $1', [incidentId])).rows[0].state;
