/** What the stages that look at pictures write about their frames, under the fence, and what detect left for those after it. */
import type { Detected, DetectionLedger } from '../../activities/detect.ts';
import type { Standardised, ValidationLedger } from '../../activities/validate.ts';
import type { StagedFrame, StageLedger, StageOutcome } from '../../activities/ports/staged-frame.ts';
import type { Worked } from '../../activities/stage-run.ts';
import type { DetectionSet } from '../../contracts/detection.ts';
import { DEFAULT_CLOCK } from '../../policies/clock-watch.ts';
import { DEFAULT_WATCH } from '../../policies/equipment-watch.ts';
import { captureSpan } from './capture-span.ts';
import { watchEquipment } from './equipment-watch.ts';
import type { EquipmentSettings } from './equipment-watch.ts';
import { moveRhythms, readRhythms } from './picture-rhythms.ts';
import { query } from './pool.ts';
import type { Client, Pool } from './pool.ts';
import { createStageLedger, saveOutcomes, underFence } from './stage-ledger.ts';

export interface FrameResultOptions {
  /** How long a refused frame stays in the repository. */
  readonly invalidFrameDays: number;
}

const DEFAULT_EQUIPMENT: EquipmentSettings = { void: DEFAULT_WATCH, clock: DEFAULT_CLOCK };

export function createFrameResults(pool: Pool, options: FrameResultOptions, watch = DEFAULT_EQUIPMENT): ValidationLedger & DetectionLedger & StageLedger {
  const { load } = createStageLedger(pool);
  return {
    load,
    detections: (frames) => readDetections(pool, frames),
    rhythms: (deviceIds) => readRhythms(pool, deviceIds),
    save: (batchId, stage, outcomes) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, stage, held);
      await saveInvalid(client, held, options.invalidFrameDays);
    }),
    saveValidations: (batchId, outcomes, moves) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, 'validate', held);
      await saveStandardised(client, held.filter((outcome) => outcome.outcome === 'done'));
      await saveInvalid(client, held, options.invalidFrameDays);
      const devices = new Set(held.map(({ frame }) => frame.deviceId));
      await moveRhythms(client, moves.filter(({ deviceId }) => devices.has(deviceId)));
      await watchEquipment(client, held, watch);
    }),
    saveDetections: (batchId, outcomes) => underFence(pool, batchId, outcomes, async (client, held) => {
      await saveOutcomes(client, batchId, 'detect', held);
      await saveDetected(client, batchId, held.filter((outcome) => outcome.outcome === 'done'));
      await saveInvalid(client, held, options.invalidFrameDays);
    }),
  };
}

async function saveStandardised(client: Client, good: readonly Worked<Standardised>[]): Promise<void> {
  if (good.length === 0) return;
  const { from, to } = captureSpan(good.map(({ frame }) => frame.capturedAt));
  await query(client, `
    UPDATE frames SET standard_sha256 = decode(made.sha256, 'hex'), width = made.width, height = made.height,
      standard_width = made."standardWidth", standard_height = made."standardHeight", warnings = made.warnings
    FROM jsonb_to_recordset($1) AS made (device_id text, captured_at timestamptz, sha256 text, width int, height int, "standardWidth" int, "standardHeight" int, warnings text[])
    WHERE frames.device_id = made.device_id AND frames.captured_at = made.captured_at AND frames.captured_at BETWEEN $2 AND $3`,
  [rows(good, ({ frame, made }) => ({ device_id: frame.deviceId, captured_at: frame.capturedAt, ...made })), from, to]);
}

/** Whichever stage refused them: detect meets what a decoder of another kind let pass. */
async function saveInvalid(client: Client, held: readonly StageOutcome[], days: number): Promise<void> {
  const refused = held.filter((outcome) => outcome.outcome === 'refused');
  if (refused.length === 0) return;
  await query(client, `
    INSERT INTO invalid_frames (frame_id, captured_at, device_id, user_id, reason, detail, sha256, expires_at)
    SELECT frame_id, captured_at, device_id, user_id, reason, detail, decode(sha256, 'hex'), now() + make_interval(days => $2)
    FROM jsonb_to_recordset($1) AS refused (frame_id uuid, captured_at timestamptz, device_id text, user_id text, reason text, detail text, sha256 text)
    ON CONFLICT (frame_id) DO UPDATE SET reason = EXCLUDED.reason, detail = EXCLUDED.detail, refused_at = now(), expires_at = EXCLUDED.expires_at`,
  [rows(refused, ({ frame, code, detail }) => ({
    frame_id: frame.frameId, captured_at: frame.capturedAt, device_id: frame.deviceId, user_id: frame.userId, reason: code, detail, sha256: frame.sha256,
  })), days]);
}

async function saveDetected(client: Client, batchId: string, good: readonly Worked<Detected>[]): Promise<void> {
  if (good.length === 0) return;
  await query(client, `
    INSERT INTO frame_detections (frame_id, captured_at, batch_id, model, width, height, detections, file_path)
    SELECT frame_id, captured_at, $2, model, width, height, detections, file_path
    FROM jsonb_to_recordset($1) AS made (frame_id uuid, captured_at timestamptz, model jsonb, width int, height int, detections jsonb, file_path text)
    ON CONFLICT (frame_id, captured_at) DO UPDATE SET batch_id = EXCLUDED.batch_id, model = EXCLUDED.model, width = EXCLUDED.width,
      height = EXCLUDED.height, detections = EXCLUDED.detections, file_path = EXCLUDED.file_path, detected_at = now()`,
  [rows(good, ({ frame, made }) => ({ frame_id: frame.frameId, captured_at: frame.capturedAt, file_path: made?.path, ...made?.set })), batchId]);
}

async function readDetections(pool: Pool, frames: readonly StagedFrame[]): Promise<ReadonlyMap<string, DetectionSet>> {
  if (frames.length === 0) return new Map();
  const { from, to } = captureSpan(frames.map(({ capturedAt }) => capturedAt));
  const seen = await query<DetectionSet & { frame_id: string }>(pool, `
    SELECT frame_id, model, width, height, detections FROM frame_detections WHERE frame_id = ANY($1) AND captured_at BETWEEN $2 AND $3`,
  [frames.map(({ frameId }) => frameId), from, to]);
  return new Map(seen.map(({ frame_id, ...set }) => [frame_id, set]));
}

/** Many rows as one parameter: arrays of arrays, such as the warnings of each frame, have no other way in. */
const rows = <T>(outcomes: readonly T[], row: (outcome: T) => object): string => JSON.stringify(outcomes.map(row));
