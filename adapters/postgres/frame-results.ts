/** What validate and detect write about their frames, under the fence. */
import type { Detected, DetectionLedger } from '../../activities/detect.ts';
import type { Standardised, ValidationLedger } from '../../activities/validate.ts';
import type { Worked } from '../../activities/stage-run.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { createStageLedger, saveOutcomes, underFence } from './stage-ledger.ts';

export interface FrameResultOptions {
  /** How long a refused frame stays in the repository. */
  readonly invalidFrameDays: number;
}

export function createFrameResults(pool: Pool, options: FrameResultOptions): ValidationLedger & DetectionLedger {
  const { load } = createStageLedger(pool);
  return {
    load,
    saveValidations: (batchId, outcomes) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, 'validate', held);
      await saveStandardised(client, held.filter((outcome) => outcome.outcome === 'done'));
      await saveInvalid(client, held.filter((outcome) => outcome.outcome === 'refused'), options.invalidFrameDays);
    }),
    saveDetections: (batchId, outcomes) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, 'detect', held);
      await saveDetected(client, batchId, held.filter((outcome) => outcome.outcome === 'done'));
    }),
  };
}

async function saveStandardised(client: Client, good: readonly Worked<Standardised>[]): Promise<void> {
  for (const { frame, made } of good) {
    if (made === undefined) continue;
    await query(client, `
      UPDATE frames SET standard_sha256 = decode($3, 'hex'), width = $4, height = $5, standard_width = $6, standard_height = $7, warnings = $8
      WHERE device_id = $1 AND captured_at = $2`,
    [frame.deviceId, frame.capturedAt, made.sha256, made.width, made.height, made.standardWidth, made.standardHeight, made.warnings]);
  }
}

async function saveInvalid(client: Client, refused: readonly Worked<Standardised>[], days: number): Promise<void> {
  for (const { frame, code, detail } of refused) {
    await query(client, `
      INSERT INTO invalid_frames (frame_id, captured_at, device_id, user_id, reason, detail, sha256, expires_at)
      VALUES ($1, $2, $3, $4, $5, $6, decode($7, 'hex'), now() + make_interval(days => $8))
      ON CONFLICT (frame_id) DO UPDATE SET reason = EXCLUDED.reason, detail = EXCLUDED.detail, refused_at = now(), expires_at = EXCLUDED.expires_at`,
    [frame.frameId, frame.capturedAt, frame.deviceId, frame.userId, code, detail, frame.sha256, days]);
  }
}

async function saveDetected(client: Client, batchId: string, good: readonly Worked<Detected>[]): Promise<void> {
  for (const { frame, made } of good) {
    if (made === undefined) continue;
    await query(client, `
      INSERT INTO frame_detections (frame_id, captured_at, batch_id, model, width, height, detections, file_path)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
      ON CONFLICT (frame_id, captured_at) DO UPDATE SET batch_id = EXCLUDED.batch_id, model = EXCLUDED.model, width = EXCLUDED.width,
        height = EXCLUDED.height, detections = EXCLUDED.detections, file_path = EXCLUDED.file_path, detected_at = now()`,
    [frame.frameId, frame.capturedAt, batchId, JSON.stringify(made.set.model), made.set.width, made.set.height,
      JSON.stringify(made.set.detections), made.path]);
  }
}
