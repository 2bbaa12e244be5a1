/** Frames of a device as validate leaves them, from acceptance to their end, and the notices and messages that came of it. */
import { createFrameResults } from '../../../adapters/postgres/frame-results.ts';
import { createSettlingLedger } from '../../../adapters/postgres/outcomes.ts';
import { query } from '../../../adapters/postgres/pool.ts';
import type { Pool } from '../../../adapters/postgres/pool.ts';
import type { Standardised } from '../../../activities/validate.ts';
import type { Worked } from '../../../activities/stage-run.ts';
import type { FailureCode } from '../../../contracts/failures.ts';
import { plusMs } from '../../../contracts/time.ts';
import { NOON, accept, claim, sha, staged } from '../../support/plant-data.ts';

/** All but `good` are refused: `black` and `frozen` are void, `torn` was cut short on its way. */
export type Look = 'black' | 'frozen' | 'good' | 'torn';
const CODES: Readonly<Record<Look, FailureCode | null>> = { black: 'image_void', frozen: 'image_frozen', torn: 'image_truncated', good: null };

/** What a device sends: a look and the seconds after noon. */
export type Sent = readonly [look: Look, ...seconds: number[]];

/** Five black frames over three minutes: told with the last of them. */
export const COVERED: Sent = ['black', 0, 45, 90, 135, 180];

export interface Trial {
  readonly batchId: string;
  /** One try of validate's last step. Any number of tries may run, one after the other or at once. */
  save(): Promise<void>;
  settle(): Promise<void>;
}

/** Accepted and claimed as one batch. */
export async function trial(pool: Pool, sent: readonly Sent[], { userId = 'ann', deviceId = 'gate', run = 1 } = {}): Promise<Trial> {
  const lookAt = new Map(sent.flatMap(([look, ...seconds]) => seconds.map((second) => [plusMs(NOON, second * 1000), look] as const)));
  for (const at of lookAt.keys()) await accept(pool, userId, deviceId, at);
  await query(pool, 'UPDATE open_frames SET run = $1', [run]);
  const batch = await claim(pool, 32);
  const now = new Date();
  const outcomes = (await staged(pool, batch)).map((frame): Worked<Standardised> => {
    const look = lookAt.get(frame.capturedAt) ?? 'good';
    const code = CODES[look];
    const common = { frame, startedAt: now, finishedAt: now, code };
    return code === null
      ? { ...common, outcome: 'done', detail: null, made: { sha256: sha(frame.frameId), width: 8, height: 8, standardWidth: 8, standardHeight: 8, warnings: [] } }
      : { ...common, outcome: 'refused', detail: look, made: undefined };
  });
  return {
    batchId: batch.batchId,
    save: () => createFrameResults(pool, { invalidFrameDays: 7 }).saveValidations(batch.batchId, outcomes, []),
    settle: async () => void await createSettlingLedger(pool).settle({
      batchId: batch.batchId,
      exceptions: outcomes.flatMap(({ code }, position) => (code === null ? [] : [{ position, outcome: 'refused' as const, code, stage: 'validate' as const }])),
    }),
  };
}

/** Batch by batch, each to its end. */
export async function send(pool: Pool, ...batches: readonly (readonly Sent[])[]): Promise<void> {
  for (const sent of batches) {
    const { save, settle } = await trial(pool, sent);
    await save();
    await settle();
  }
}

export interface NoticeRow {
  notice_id: string; state: string; device_id: string; user_id: string; reason: string; frames: number; since: string; last_at: string;
  well_since: string | null; opened_at: string | null; next_due_at: string | null; closed_at: string | null; [column: string]: unknown;
}

export const noticesOf = (pool: Pool): Promise<NoticeRow[]> => query(pool, 'SELECT * FROM equipment_notices ORDER BY since');

/** `opened ann-mail waiting` and the like, in the order of writing. */
export async function messagesOf(pool: Pool): Promise<string[]> {
  const rows = await query<{ delivery_key: string; contact_id: string; state: string }>(pool,
    'SELECT delivery_key, contact_id, state FROM deliveries WHERE notice_id IS NOT NULL ORDER BY created_at, delivery_key');
  return rows.map((row) => `${row.delivery_key.split(':')[1]} ${row.contact_id} ${row.state}`);
}

export async function forget(pool: Pool): Promise<void> {
  await pool.query('TRUNCATE frames, open_frames, batches, batch_frames, stage_results, frame_counts, invalid_frames, equipment_notices, deliveries, delivery_attempts, contacts CASCADE');
  await pool.query("INSERT INTO contacts (contact_id, user_id, channel, address) VALUES ('ann-mail', 'ann', 'email', 'ann@example.org')");
}
