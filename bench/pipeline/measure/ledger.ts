/** What the ledger says of a stretch of time. Times are the database's own. */
import { query } from '../../../adapters/postgres/pool.ts';
import type { Pool } from '../../../adapters/postgres/pool.ts';
import type { TerminalState } from '../../../contracts/terminal-states.ts';
import type { Instant } from '../../../contracts/time.ts';

export interface Settled {
  readonly byState: Readonly<Partial<Record<TerminalState, number>>>;
  readonly frames: number;
  /** Frames in each batch that was closed, as it was claimed. */
  readonly batchFrames: readonly number[];
}

export async function databaseTime(pool: Pool): Promise<Instant> {
  const [row] = await query<{ now: Instant }>(pool, 'SELECT clock_timestamp() AS now');
  return row!.now;
}

export async function settledBetween(pool: Pool, from: Instant, to: Instant): Promise<Settled> {
  const states = await query<{ state: TerminalState; frames: number }>(pool, `
    SELECT state, count(*) AS frames FROM frames WHERE settled_at > $1 AND settled_at <= $2 GROUP BY state`, [from, to]);
  const batches = await query<{ frame_count: number }>(pool, `
    SELECT frame_count FROM batches WHERE closed_at > $1 AND closed_at <= $2 AND closed_because = 'settled'`, [from, to]);
  return {
    byState: Object.fromEntries(states.map(({ state, frames }) => [state, frames])),
    frames: states.reduce((sum, { frames }) => sum + frames, 0),
    batchFrames: batches.map((row) => row.frame_count),
  };
}

export interface OnTheWay {
  readonly waiting: number;
  readonly inFlight: number;
  readonly openBatches: number;
  /** Messages that are not handed over yet. */
  readonly undelivered: number;
}

export async function onTheWay(pool: Pool): Promise<OnTheWay> {
  const [row] = await query<OnTheWay & Record<string, unknown>>(pool, `
    SELECT count(*) FILTER (WHERE batch_id IS NULL) AS waiting, count(batch_id) AS "inFlight", count(DISTINCT batch_id) AS "openBatches",
           (SELECT count(*) FROM deliveries WHERE state IN ('waiting', 'sending')) AS undelivered
    FROM open_frames`);
  return row!;
}

/** Milliseconds from acceptance to handing over, of every message about a frame of these devices accepted in between; null for one still on its way. */
export async function handOverTimes(pool: Pool, devices: readonly string[], from: Instant, to: Instant): Promise<(number | null)[]> {
  const rows = await query<{ ms: number | null }>(pool, `
    SELECT (extract(epoch FROM delivery.delivered_at - frame.accepted_at) * 1000)::float8 AS ms FROM frames frame
    JOIN incidents incident ON incident.first_frame_id = frame.frame_id
    JOIN deliveries delivery USING (incident_id)
    WHERE frame.device_id = ANY ($1) AND frame.accepted_at > $2 AND frame.accepted_at <= $3`, [devices, from, to]);
  return rows.map(({ ms }) => ms);
}

/** How many frames of these devices were accepted in between. */
export async function acceptedBetween(pool: Pool, devices: readonly string[], from: Instant, to: Instant): Promise<number> {
  const [row] = await query<{ frames: number }>(pool, `
    SELECT count(*) AS frames FROM frames WHERE device_id = ANY ($1) AND accepted_at > $2 AND accepted_at <= $3`, [devices, from, to]);
  return row!.frames;
}
