/** All that is known of one frame, for callers and for operators. */
import type { Detection, ModelIdentity } from '../../contracts/detection.ts';
import { Failure } from '../../contracts/failures.ts';
import { capturedMsOf } from '../../contracts/frame.ts';
import type { IncidentState } from '../../contracts/incident.ts';
import { workflowIdOf } from '../../contracts/pipeline.ts';
import type { FrameState, SuppressionCause } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import type { Verdict } from '../../contracts/verdict.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

interface FrameFacts {
  readonly frameId: string;
  readonly userId: string;
  readonly deviceId: string;
  readonly timeZone: string;
  readonly tag: string;
  readonly state: FrameState;
  readonly reason: string | null;
  /** Stage that refused or failed it. */
  readonly stage: string | null;
  readonly capturedAt: Instant;
  readonly givenCapturedAt: Instant;
  readonly acceptedAt: Instant;
  readonly settledAt: Instant | null;
  readonly late: boolean;
  readonly runs: number;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly standardSha256: string | null;
  /** Pixels of the upright original; null until validated. */
  readonly width: number | null;
  readonly height: number | null;
  readonly warnings: readonly string[];
  readonly model: ModelIdentity | null;
  readonly detections: readonly Detection[];
  /** Below the results folder; null until detected. */
  readonly detectionsPath: string | null;
  /** As they are stored: only of the rules that the frame touched, where there is a rule set. */
  readonly verdicts: readonly Verdict[];
  /** What the latest run was judged by, hex; null: not judged, or before sets were recorded. */
  readonly ruleSetId: string | null;
}

export interface StageTiming {
  readonly stage: string;
  readonly outcome: 'done' | 'refused' | 'retry' | 'failed';
  readonly code: string | null;
  readonly detail: string | null;
  readonly startedAt: Instant;
  readonly finishedAt: Instant;
  readonly worker: string;
  readonly batchId: string;
}

export interface BatchOfFrame {
  readonly batchId: string;
  readonly workflowId: string;
  readonly runId: string | null;
  readonly placement: string;
  readonly claimedAt: Instant;
  readonly startedAt: Instant | null;
  readonly closedAt: Instant | null;
  readonly closedBecause: string | null;
}

export interface MatchOfFrame {
  readonly ruleId: string;
  readonly ruleVersion: number;
  readonly incidentId: string | null;
  readonly incidentState: IncidentState | null;
  readonly suppressed: SuppressionCause | null;
}

export interface FrameStatus extends FrameFacts {
  readonly matches: readonly MatchOfFrame[];
  readonly stages: readonly StageTiming[];
  readonly batches: readonly BatchOfFrame[];
}

/** The end of the year 9999; what lies beyond, no frame has, and Postgres would not read. */
const LAST_MS = 253_402_300_799_999;

/** The millisecond that the id names, as bounds for the partitions to look at; undefined for what cannot be a frame's id. */
export function momentOf(frameId: string): readonly [from: string, to: string] | undefined {
  const ms = capturedMsOf(frameId);
  return ms === undefined || ms >= LAST_MS ? undefined : [new Date(ms).toISOString(), new Date(ms + 1).toISOString()];
}

/**
 * Throws `frame_unknown`, also for a frame of another user than `owner`. The ledger row is read first: what a terminal
 * state stands on was written before it, so the later reads find it.
 */
export async function readFrameStatus(db: Queryable, frameId: string, owner: string | null): Promise<FrameStatus> {
  const facts = await readFacts(db, frameId, owner);
  const [matches, stages, batches] = await Promise.all([readMatches(db, frameId), readStages(db, facts), readBatches(db, frameId)]);
  return { ...facts, matches, stages, batches };
}

async function readFacts(db: Queryable, frameId: string, owner: string | null): Promise<FrameFacts> {
  const moment = momentOf(frameId);
  const [row] = moment === undefined ? [] : await query<FrameFacts>(db, `
    SELECT frame.frame_id AS "frameId", frame.user_id AS "userId", frame.device_id AS "deviceId", frame.time_zone AS "timeZone", frame.tag,
           coalesce(frame.state, CASE WHEN open.batch_id IS NULL THEN 'accepted' ELSE 'processing' END) AS state, frame.reason, frame.stage,
           frame.captured_at AS "capturedAt", frame.given_captured_at AS "givenCapturedAt", frame.accepted_at AS "acceptedAt",
           frame.settled_at AS "settledAt", frame.late, frame.runs, frame.media_type AS "mediaType", frame.size_bytes AS "sizeBytes",
           encode(frame.sha256, 'hex') AS sha256, encode(frame.standard_sha256, 'hex') AS "standardSha256",
           frame.width, frame.height, frame.warnings, seen.model, coalesce(seen.detections, '[]') AS detections, seen.file_path AS "detectionsPath",
           coalesce(verdict.verdicts, '[]') AS verdicts, encode(verdict.rule_set_id, 'hex') AS "ruleSetId"
    FROM frames frame
    LEFT JOIN open_frames open ON open.frame_id = frame.frame_id
    LEFT JOIN frame_detections seen ON seen.frame_id = frame.frame_id AND seen.captured_at = frame.captured_at
    LEFT JOIN frame_verdicts verdict ON verdict.frame_id = frame.frame_id AND verdict.captured_at = frame.captured_at AND verdict.run = frame.runs
    WHERE frame.frame_id = $1 AND frame.captured_at >= $2 AND frame.captured_at < $3 AND ($4::text IS NULL OR frame.user_id = $4)`,
  [frameId, ...moment, owner]);
  if (!row) throw new Failure('frame_unknown', `no frame ${frameId.slice(0, 60)}`);
  return row;
}

const readMatches = (db: Queryable, frameId: string): Promise<MatchOfFrame[]> => query<MatchOfFrame>(db, `
  SELECT match.rule_id AS "ruleId", match.rule_version AS "ruleVersion", match.incident_id AS "incidentId", incident.state AS "incidentState", match.suppressed
  FROM matches match LEFT JOIN incidents incident USING (incident_id) WHERE match.frame_id = $1 ORDER BY match.rule_id`, [frameId]);

const readStages = (db: Queryable, { frameId, capturedAt }: FrameFacts): Promise<StageTiming[]> => query<StageTiming>(db, `
  SELECT stage, outcome, code, detail, started_at AS "startedAt", finished_at AS "finishedAt", worker, batch_id AS "batchId"
  FROM stage_results WHERE frame_id = $1 AND captured_at = $2 ORDER BY started_at, finished_at`, [frameId, capturedAt]);

async function readBatches(db: Queryable, frameId: string): Promise<BatchOfFrame[]> {
  const rows = await query<Omit<BatchOfFrame, 'workflowId'>>(db, `
    SELECT batch_id AS "batchId", run_id AS "runId", placement, claimed_at AS "claimedAt", started_at AS "startedAt",
           closed_at AS "closedAt", closed_because AS "closedBecause"
    FROM batch_frames member JOIN batches USING (batch_id) WHERE member.frame_id = $1 ORDER BY claimed_at`, [frameId]);
  return rows.map((row) => ({ ...row, workflowId: workflowIdOf(row.batchId) }));
}
