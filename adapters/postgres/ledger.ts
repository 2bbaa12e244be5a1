/** Acceptance in the ledger: the row without which no frame was accepted, and the moment that makes its tag unique. */
import { randomBytes } from 'node:crypto';
import { UUID } from 'uuidv7';
import { FAILURES, Failure, failureIn } from '../../contracts/failures.ts';
import { MOMENT_SPREAD_MS } from '../../contracts/frame.ts';
import type { AcceptedFrame, NewFrame } from '../../contracts/frame.ts';
import type { IdempotencyKey } from '../../contracts/idempotency-key.ts';
import { buildTag } from '../../contracts/tag.ts';
import { instantToDate } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { answerAgain, findKeyedFrames, isKeyTaken, keepKey } from './idempotency-keys.ts';
import { committed, inTransaction, isDataError, query } from './pool.ts';
import type { Client, Pool, Queryable } from './pool.ts';

/** Wakes dispatchers; a lost one costs the second until their next look. */
export const FRAMES_WAITING = 'frames_waiting';

export interface Ledger {
  /**
   * One answer per frame, in order; a frame that cannot be accepted costs its neighbours nothing. Throws what is the same for
   * all of them: `database_unavailable`, or `outcome_unknown` when the commit's fate is open. Accepting again is harmless.
   */
  acceptFrames(frames: readonly NewFrame[]): Promise<(AcceptedFrame | Failure)[]>;
}

export function createLedger(pool: Pool): Ledger {
  const ring = coalescedNotify(pool);
  return {
    async acceptFrames(frames) {
      const drafts = frames.map((frame) => draftAt(frame, frame.givenCapturedAt));
      const answers: (AcceptedFrame | Failure)[] = [];
      for (const [draft, fate] of await insertGroup(pool, drafts)) {
        if (fate === 'inserted') answers.push(receiptOf(draft));
        else if (fate === 'taken') answers.push(await failureOfFrame(() => acceptAlone(pool, draft.frame)));
        else answers.push(fate);
      }
      if (answers.some((answer) => !(answer instanceof Failure) && !answer.duplicate)) ring();
      return answers;
    },
  };
}

/** `taken`: something is there already, at its moment or under its idempotency key, and has to be looked at. */
type Fate = 'inserted' | 'taken' | Failure;

/** All in one commit. When the database refuses a value of one of them (SQLSTATE 22, 23), each on its own, so that the others go in. */
async function insertGroup(pool: Pool, drafts: readonly Draft[]): Promise<(readonly [Draft, Fate])[]> {
  try {
    const inserted = await committed(pool, (client) => insert(client, drafts));
    return drafts.map((draft) => [draft, inserted.has(draft.frameId) ? 'inserted' : 'taken'] as const);
  } catch (error) {
    if (!isDataError(error)) throw error;
    if (drafts.length === 1 && isKeyTaken(error)) return [[drafts[0]!, 'taken']];
    if (drafts.length === 1) return [[drafts[0]!, new Failure('internal', 'the ledger refuses this frame', { cause: error })]];
    const fates: (readonly [Draft, Fate])[] = [];
    for (const draft of drafts) fates.push(...(await insertGroup(pool, [draft])));
    return fates;
  }
}

/** What is wrong with this one frame is its answer; an outage is everybody's, and is thrown. */
async function failureOfFrame(accept: () => Promise<AcceptedFrame>): Promise<AcceptedFrame | Failure> {
  try {
    return await accept();
  } catch (error) {
    const failure = failureIn(error);
    if (!failure || FAILURES[failure.code].retryable) throw error;
    return failure;
  }
}

interface Draft {
  readonly frame: NewFrame;
  readonly frameId: string;
  readonly capturedAt: Instant;
  readonly tag: string;
}

function draftAt(frame: NewFrame, capturedAt: Instant): Draft {
  const { userId, deviceId, timeZone } = frame;
  return { frame, frameId: mintFrameId(capturedAt), capturedAt, tag: buildTag({ userId, deviceId, capturedAt, timeZone }) };
}

const receiptOf = ({ frameId, capturedAt, tag }: Draft): AcceptedFrame => ({ frameId, capturedAt, tag, duplicate: false });

/** RFC 9562, 5.7, with the capture time as its time (contracts/frame.ts says why). */
function mintFrameId(capturedAt: Instant): string {
  const random = randomBytes(10);
  return UUID.fromFieldsV7(instantToDate(capturedAt).getTime(), random.readUInt16BE(0) & 0xfff, random.readUInt32BE(2) & 0x3fff_ffff, random.readUInt32BE(6)).toString();
}

/** Appended only where there are keys, so that frames without cost what they always did. In order of key: two groups must not wait for each other in a circle. */
const KEEP_KEYS = `,
    keyed AS (
      INSERT INTO idempotency_keys (api_key_id, idempotency_key, frame_id, device_id, captured_at, duplicate)
      SELECT api_key_id, idempotency_key, frame_id, device_id, captured_at, false
      FROM unnest($11::uuid[], $12::uuid[], $13::text[]) AS wish (frame_id, api_key_id, idempotency_key) JOIN fresh USING (frame_id)
      ORDER BY api_key_id, idempotency_key)`;

/** Ledger row, work-list row and key in one statement, for those whose moment is free. Returns the ids that went in. */
async function insert(client: Queryable, drafts: readonly Draft[]): Promise<Set<string>> {
  const keyed = drafts.flatMap(({ frameId, frame: { idempotencyKey } }) => (idempotencyKey ? [{ frameId, ...idempotencyKey }] : []));
  const rows = await query<{ frame_id: string }>(client, `
    WITH fresh AS (
      INSERT INTO frames (frame_id, captured_at, given_captured_at, device_id, user_id, time_zone, tag, sha256, size_bytes, media_type)
      SELECT frame_id, captured_at, given, device_id, user_id, time_zone, tag, decode(sha256, 'hex'), size_bytes, media_type
      FROM unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[])
        AS draft (frame_id, captured_at, given, device_id, user_id, time_zone, tag, sha256, size_bytes, media_type)
      ON CONFLICT (device_id, captured_at) DO NOTHING
      RETURNING frame_id, captured_at, device_id, user_id)${keyed.length > 0 ? KEEP_KEYS : ''}
    INSERT INTO open_frames (frame_id, captured_at, device_id, user_id)
    SELECT frame_id, captured_at, device_id, user_id FROM fresh
    RETURNING frame_id`, [
    drafts.map((d) => d.frameId), drafts.map((d) => d.capturedAt), drafts.map((d) => d.frame.givenCapturedAt),
    drafts.map((d) => d.frame.deviceId), drafts.map((d) => d.frame.userId), drafts.map((d) => d.frame.timeZone),
    drafts.map((d) => d.tag), drafts.map((d) => d.frame.sha256), drafts.map((d) => d.frame.sizeBytes), drafts.map((d) => d.frame.mediaType),
    ...(keyed.length > 0 ? [keyed.map(({ frameId }) => frameId), keyed.map(({ apiKeyId }) => apiKeyId), keyed.map(({ text }) => text)] : [])]);
  return new Set(rows.map((row) => row.frame_id));
}

/** The second finds what was kept under the key since the first; the third is for one that expired in between. */
const LOOKS_FOR_KEY = 3;

async function acceptAlone(pool: Pool, frame: NewFrame): Promise<AcceptedFrame> {
  const key = frame.idempotencyKey;
  if (key === undefined) return inTransaction(pool, (client) => acceptAtTakenMoment(client, frame));
  for (let looks = 1; ; looks += 1) {
    try {
      return await inTransaction(pool, (client) => acceptUnderKey(client, frame, key));
    } catch (error) {
      if (!isKeyTaken(error)) throw error;
      if (looks === LOOKS_FOR_KEY) throw new Failure('internal', 'the idempotency key leads to no frame', { cause: error });
    }
  }
}

/** The answer that the key got before, or the frame and its key in this transaction. */
async function acceptUnderKey(client: Client, frame: NewFrame, key: IdempotencyKey): Promise<AcceptedFrame> {
  const [kept] = await findKeyedFrames(client, [key]);
  if (kept) return answerAgain(kept, frame);
  const draft = draftAt(frame, frame.givenCapturedAt);
  if ((await insert(client, [draft])).has(draft.frameId)) return receiptOf(draft);
  const accepted = await acceptAtTakenMoment(client, frame);
  if (accepted.duplicate) await keepKey(client, key, frame.deviceId, accepted);
  return accepted;
}

/** The moment is taken: by these very bytes (the same frame, sent again) or by others (the next free microsecond is ours). */
async function acceptAtTakenMoment(client: Client, frame: NewFrame): Promise<AcceptedFrame> {
  // Frames of one moment queue up here: two that both saw the same bytes missing would both insert them.
  await client.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${frame.deviceId} ${frame.givenCapturedAt}`]);
  const moment = [frame.deviceId, frame.givenCapturedAt, `${MOMENT_SPREAD_MS} ms`];
  const [same] = await query<{ frame_id: string; captured_at: Instant; tag: string }>(client, `
    SELECT frame_id, captured_at, tag FROM frames
    WHERE device_id = $1 AND captured_at >= $2 AND captured_at < $2::timestamptz + $3::interval
      AND given_captured_at = $2 AND sha256 = decode($4, 'hex')`, [...moment, frame.sha256]);
  if (same) return { frameId: same.frame_id, capturedAt: same.captured_at, tag: same.tag, duplicate: true };
  for (;;) {
    const [free] = await query<{ moment: Instant | null }>(client, `
      SELECT min(taken.captured_at) + interval '1 microsecond' AS moment FROM frames taken
      WHERE taken.device_id = $1 AND taken.captured_at >= $2 AND taken.captured_at < $2::timestamptz + $3::interval - interval '1 microsecond'
        AND NOT EXISTS (SELECT 1 FROM frames next WHERE next.device_id = $1 AND next.captured_at = taken.captured_at + interval '1 microsecond')`, moment);
    if (!free?.moment) throw new Failure('moment_crowded', `no free microsecond within ${MOMENT_SPREAD_MS} ms of ${frame.givenCapturedAt}`);
    const draft = draftAt(frame, free.moment);
    // A frame whose own given time is that microsecond may have just taken it: look again.
    if ((await insert(client, [draft])).has(draft.frameId)) return receiptOf(draft);
  }
}

/**
 * NOTIFY after the commit and at most one at a time: inside the transaction it takes a server-wide lock at commit and would
 * make all acceptances queue behind each other.
 */
function coalescedNotify(pool: Pool): () => void {
  let running = false;
  let again = false;
  const ring = (): void => {
    if (running) { again = true; return; }
    running = true;
    pool.query(`NOTIFY ${FRAMES_WAITING}`).catch(() => {}).finally(() => {
      running = false;
      if (again) { again = false; ring(); }
    });
  };
  return ring;
}
