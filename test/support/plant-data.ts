/** Accounts and frames for tests that start in the middle of the pipeline. */
import { createHash, randomUUID } from 'node:crypto';
import { Failure } from '../../contracts/failures.ts';
import type { NewFrame } from '../../contracts/frame.ts';
import type { AcceptedFrame } from '../../contracts/frame.ts';
import type { Severity } from '../../contracts/severity.ts';
import { parseInstant } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { createBatches } from '../../adapters/postgres/batches.ts';
import type { ClaimedBatch } from '../../adapters/postgres/batches.ts';
import { createLedger } from '../../adapters/postgres/ledger.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { createStageLedger } from '../../adapters/postgres/stage-ledger.ts';
import type { StagedFrame } from '../../activities/ports/staged-frame.ts';

export const ZONE = 'Europe/Berlin';
export const NOON = parseInstant('2026-03-01T12:00:00Z');

export async function seedUser(pool: Pool, userId: string, devices: readonly string[], options: { contact?: boolean } = {}): Promise<void> {
  await pool.query('INSERT INTO users (user_id, name) VALUES ($1, $1)', [userId]);
  for (const device of devices) {
    await pool.query('INSERT INTO devices (device_id, user_id, name, time_zone) VALUES ($1, $2, $1, $3)', [device, userId, ZONE]);
  }
  if (options.contact ?? true) {
    await pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ($1 || '-mail', $1, 'email', $1 || '@example.org')", [userId]);
  }
}

/** A version of a rule that is nobody's yet, in force from now on. */
export async function putRule(
  pool: Pool, ruleId: string, condition: object, { version = 1, name = null, severity = null }: { version?: number; name?: string | null; severity?: Severity | null } = {},
): Promise<void> {
  // In one statement: whoever hears of the version finds it.
  await pool.query(`
    WITH put AS (INSERT INTO rules (rule_id, current_version) VALUES ($1, $2) ON CONFLICT (rule_id) DO UPDATE SET current_version = $2)
    INSERT INTO rule_versions (rule_id, version, source, condition, created_by, name, severity) VALUES ($1, $2, '', $3, 'test', $4, $5)`,
  [ruleId, version, JSON.stringify(condition), name, severity]);
}

export async function seedRule(pool: Pool, ruleId: string, userId: string, condition: object, version = 1): Promise<void> {
  await putRule(pool, ruleId, condition, { version });
  await pool.query("INSERT INTO assignments (user_id, rule_id, assigned_by) VALUES ($1, $2, 'test') ON CONFLICT DO NOTHING", [userId, ruleId]);
}

interface PolicyDefaults {
  readonly severity: Severity | null;
  readonly zones: readonly string[] | null;
}

/** Assigned to nobody yet. */
export async function seedPolicy(pool: Pool, policyId: string, ruleIds: readonly string[], { defaults = { severity: null, zones: null } }: { defaults?: PolicyDefaults } = {}): Promise<void> {
  await pool.query('INSERT INTO policies (policy_id, current_version) VALUES ($1, 1)', [policyId]);
  await pool.query("INSERT INTO policy_versions (policy_id, version, content, created_by) VALUES ($1, 1, $2, 'test')",
    [policyId, JSON.stringify({ name: policyId, rules: ruleIds.map((ruleId) => ({ ruleId, severity: null, zones: null })), defaults })]);
}

export const sha = (content: string): string => createHash('sha256').update(content).digest('hex');

export function newFrame(overrides: Partial<NewFrame> & Pick<NewFrame, 'userId' | 'deviceId'>): NewFrame {
  return { timeZone: ZONE, givenCapturedAt: NOON, sha256: sha(randomUUID()), sizeBytes: 100, mediaType: 'image/jpeg', ...overrides };
}

/** Throws the first failure among the answers of the ledger. */
export function receipts(answers: readonly (AcceptedFrame | Failure)[]): AcceptedFrame[] {
  return answers.map((answer) => {
    if (answer instanceof Failure) throw answer;
    return answer;
  });
}

export async function accept(pool: Pool, userId: string, deviceId: string, at: Instant = NOON): Promise<AcceptedFrame> {
  const [accepted] = receipts(await createLedger(pool).acceptFrames([newFrame({ userId, deviceId, givenCapturedAt: at })]));
  return accepted!;
}

export const LIMITS = { batchFrames: 1, inFlight: 100, aloneInFlight: 2, deadlineMs: 60_000, placement: 'spread' } as const;

export async function claim(pool: Pool, batchFrames = 1): Promise<ClaimedBatch> {
  const batch = await createBatches(pool).claim({ ...LIMITS, batchFrames });
  if (!batch) throw new Error('nothing to claim');
  return batch;
}

export async function staged(pool: Pool, batch: ClaimedBatch): Promise<StagedFrame[]> {
  return createStageLedger(pool).load(batch.batchId, batch.frames.map((_, position) => position), 'evaluate');
}

export const matching = (ruleId: string, matched = true): Verdict => ({ ruleId, ruleVersion: 1, matched, severity: 'medium', clauses: [], evidence: [] });

/** Without a rule set: as they were stored before there were any. */
export async function storeVerdicts(pool: Pool, batch: ClaimedBatch, frame: StagedFrame, verdicts: readonly Verdict[], ruleSetId: string | null = null): Promise<void> {
  await pool.query("INSERT INTO frame_verdicts (frame_id, captured_at, run, batch_id, verdicts, matched, rule_set_id) VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'))",
    [frame.frameId, frame.capturedAt, frame.run, batch.batchId, JSON.stringify(verdicts), verdicts.some(({ matched }) => matched), ruleSetId]);
}

/** As detect leaves them; each box is a tenth of the picture wide and high, at its top left. */
export async function storeDetections(pool: Pool, batch: ClaimedBatch, frame: StagedFrame, seen: Readonly<Record<string, number>>): Promise<void> {
  const detections = Object.entries(seen).map(([label, probability]) => ({ label, score: probability, probability, box: [0, 0, 10, 10] }));
  await pool.query(`
    INSERT INTO frame_detections (frame_id, captured_at, batch_id, model, width, height, detections, file_path) VALUES ($1, $2, $3, '{}', 100, 100, $4, '')
    ON CONFLICT (frame_id, captured_at) DO UPDATE SET detections = EXCLUDED.detections`, [frame.frameId, frame.capturedAt, batch.batchId, JSON.stringify(detections)]);
}

export async function rowOf<T = Record<string, unknown>>(pool: Pool, sql: string, values: unknown[] = []): Promise<T> {
  return (await pool.query(sql, values)).rows[0] as T;
}
