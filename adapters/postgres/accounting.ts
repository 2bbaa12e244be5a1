/**
 * The reconciliation: what was accepted against what became of it, per user, device and hour of acceptance.
 *
 * Three sources that are written at different moments: the ledger says how many were accepted, the running totals how
 * many were settled as what, the work list how many are on their way. One statement, so one snapshot: whatever is
 * under way while it runs, the three agree, or a frame is lost or counted twice.
 */
import { CANARY_ID } from '../../contracts/canary.ts';
import { TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import type { TerminalState } from '../../contracts/terminal-states.ts';
import type { Instant } from '../../contracts/time.ts';
import { query } from './pool.ts';
import type { Queryable } from './pool.ts';

export type FrameSums = { readonly [State in TerminalState | 'accepted' | 'open' | 'unaccounted']: number };

export interface AccountingRow extends FrameSums {
  readonly userId: string;
  readonly deviceId: string;
  /** Start of the hour of acceptance. */
  readonly hour: Instant;
}

export interface MessageSums {
  readonly waiting: number;
  readonly sending: number;
  readonly delivered: number;
  readonly failed: number;
  /** Tries that began and never ended: each is a possible double. */
  readonly uncertain: number;
}

export interface Accounting {
  readonly rows: readonly AccountingRow[];
  /** `unaccounted` adds up amounts, so that a frame too few here and one too many there do not cancel out. */
  readonly totals: FrameSums;
  /** Messages of incidents and equipment notices that were begun in the time asked for. */
  readonly messages: MessageSums;
}

export interface AccountingFilter {
  readonly userId: string | null;
  /** Time of acceptance; whole hours from the one that holds `from` to the one that holds `to`. */
  readonly from: Instant;
  readonly to: Instant;
}

export async function readAccounting(db: Queryable, filter: AccountingFilter): Promise<Accounting> {
  const [rows, [messages]] = await Promise.all([readRows(db, filter), readMessages(db, filter)]);
  const sum = (column: keyof FrameSums): number => rows.reduce((total, row) => total + Math.abs(row[column]), 0);
  const totals = Object.fromEntries((['accepted', 'open', ...TERMINAL_STATES, 'unaccounted'] as const).map((column) => [column, sum(column)])) as FrameSums;
  return { rows, totals, messages: messages! };
}

/** All users, but for the canary's, whose frames are nobody's; they are shown to whoever asks for that user. */
const OF_USER = (column: string): string => `(${column} = $1 OR $1::text IS NULL AND ${column} <> $4)`;

const readRows = (db: Queryable, { userId, from, to }: AccountingFilter): Promise<AccountingRow[]> => query<AccountingRow>(db, `
  WITH bounds AS (SELECT date_trunc('hour', $2::timestamptz) AS first, date_trunc('hour', $3::timestamptz) + interval '1 hour' AS last),
  accepted AS (
    SELECT user_id, device_id, date_trunc('hour', accepted_at) AS hour, count(*) AS frames
    FROM frames, bounds WHERE accepted_at >= first AND accepted_at < last AND ${OF_USER('user_id')} GROUP BY 1, 2, 3),
  settled AS (
    SELECT user_id, device_id, hour, ${TERMINAL_STATES.map((state) => `coalesce(sum(frames) FILTER (WHERE state = '${state}'), 0)::bigint AS ${state}`).join(', ')},
           sum(frames)::bigint AS frames
    FROM frame_counts, bounds WHERE hour >= first AND hour < last AND ${OF_USER('user_id')} GROUP BY 1, 2, 3),
  under_way AS (
    SELECT frame.user_id, frame.device_id, date_trunc('hour', frame.accepted_at) AS hour, count(*) AS frames
    FROM open_frames open JOIN frames frame ON frame.device_id = open.device_id AND frame.captured_at = open.captured_at, bounds
    WHERE accepted_at >= first AND accepted_at < last AND ${OF_USER('frame.user_id')} GROUP BY 1, 2, 3)
  SELECT user_id AS "userId", device_id AS "deviceId", hour, coalesce(accepted.frames, 0) AS accepted, coalesce(under_way.frames, 0) AS open,
         ${TERMINAL_STATES.map((state) => `coalesce(${state}, 0) AS ${state}`).join(', ')},
         coalesce(accepted.frames, 0) - coalesce(settled.frames, 0) - coalesce(under_way.frames, 0) AS unaccounted
  FROM accepted FULL JOIN settled USING (user_id, device_id, hour) FULL JOIN under_way USING (user_id, device_id, hour)
  WHERE coalesce(accepted.frames, 0) <> 0 OR coalesce(settled.frames, 0) <> 0 OR coalesce(under_way.frames, 0) <> 0
  ORDER BY hour, user_id, device_id`, [userId, from, to, CANARY_ID]);

const readMessages = (db: Queryable, { userId, from, to }: AccountingFilter): Promise<MessageSums[]> => query<MessageSums>(db, `
  SELECT ${['waiting', 'sending', 'delivered', 'failed'].map((state) => `count(*) FILTER (WHERE delivery.state = '${state}') AS ${state}`).join(', ')},
         coalesce(sum(uncertain), 0)::bigint AS uncertain
  FROM (
    SELECT delivery.state, uncertain, incident.user_id, incident.created_at FROM deliveries delivery JOIN incidents incident USING (incident_id)
    UNION ALL
    SELECT delivery.state, uncertain, notice.user_id, notice.created_at FROM deliveries delivery JOIN equipment_notices notice USING (notice_id)) delivery
  WHERE created_at >= date_trunc('hour', $2::timestamptz) AND created_at < date_trunc('hour', $3::timestamptz) + interval '1 hour'
    AND ($1::text IS NULL OR user_id = $1)`, [userId, from, to]);
