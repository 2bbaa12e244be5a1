/** What was accepted under which idempotency key: found again for repeats, kept with the frame, forgotten when of age. */
import { Failure } from '../../contracts/failures.ts';
import type { AcceptedFrame, NewFrame } from '../../contracts/frame.ts';
import type { IdempotencyKey } from '../../contracts/idempotency-key.ts';
import { query } from './pool.ts';
import type { Pool, Queryable } from './pool.ts';

/** The answer that a key got, and what was sent to get it. */
export interface KeyedFrame extends AcceptedFrame, Pick<NewFrame, 'deviceId' | 'givenCapturedAt' | 'sha256'> {}

/** One answer per key, in order; undefined for a key that was never accepted, or too long ago. */
export async function findKeyedFrames(db: Queryable, keys: readonly IdempotencyKey[]): Promise<(KeyedFrame | undefined)[]> {
  const rows = await query<KeyedFrame & { apiKeyId: string; text: string }>(db, `
    SELECT kept.api_key_id AS "apiKeyId", kept.idempotency_key AS text, frame.frame_id AS "frameId", frame.captured_at AS "capturedAt", frame.tag,
           kept.duplicate, frame.device_id AS "deviceId", frame.given_captured_at AS "givenCapturedAt", encode(frame.sha256, 'hex') AS sha256
    FROM unnest($1::uuid[], $2::text[]) AS asked (api_key_id, idempotency_key)
    JOIN idempotency_keys kept USING (api_key_id, idempotency_key)
    JOIN frames frame ON frame.device_id = kept.device_id AND frame.captured_at = kept.captured_at`,
  [keys.map(({ apiKeyId }) => apiKeyId), keys.map(({ text }) => text)]);
  const found = new Map(rows.map(({ apiKeyId, text, ...frame }) => [`${apiKeyId} ${text}`, frame]));
  return keys.map(({ apiKeyId, text }) => found.get(`${apiKeyId} ${text}`));
}

/** The first answer once more; throws `idempotency_key_reused` when another frame is sent under its key. */
export function answerAgain(kept: KeyedFrame, sent: Pick<NewFrame, 'deviceId' | 'givenCapturedAt' | 'sha256'>): AcceptedFrame {
  const { frameId, capturedAt, tag, duplicate } = kept;
  const others = ([['device', 'deviceId'], ['capture time', 'givenCapturedAt'], ['bytes', 'sha256']] as const)
    .flatMap(([name, field]) => (kept[field] === sent[field] ? [] : [name]));
  if (others.length === 0) return { frameId, capturedAt, tag, duplicate };
  throw new Failure('idempotency_key_reused', `frame ${frameId} was accepted under this key, and this is one of other ${others.join(' and ')}`);
}

/** Notes a frame that is there already under the key that it came again with. */
export async function keepKey(db: Queryable, key: IdempotencyKey, deviceId: string, { frameId, capturedAt, duplicate }: AcceptedFrame): Promise<void> {
  await query(db, `
    INSERT INTO idempotency_keys (api_key_id, idempotency_key, frame_id, device_id, captured_at, duplicate) VALUES ($1, $2, $3, $4, $5, $6)`,
  [key.apiKeyId, key.text, frameId, deviceId, capturedAt, duplicate]);
}

/** Whether a statement failed because another request has just kept this key. */
export function isKeyTaken(error: unknown): boolean {
  const { code, constraint } = (error ?? {}) as { code?: string; constraint?: string };
  return code === '23505' && constraint === 'idempotency_keys_pkey';
}

/** A second of deleting at most, so that no statement runs into its limit however many keys have piled up. */
const FORGET_AT_ONCE = 10_000;

/** Those accepted longer ago. Returns how many went. */
export async function forgetIdempotencyKeys(pool: Pool, hours: number): Promise<number> {
  for (let forgotten = 0; ;) {
    const gone = await query(pool, `
      DELETE FROM idempotency_keys WHERE (api_key_id, idempotency_key) IN (
        SELECT api_key_id, idempotency_key FROM idempotency_keys WHERE kept_at < now() - make_interval(hours => $1) ORDER BY kept_at LIMIT $2)
      RETURNING 1`, [hours, FORGET_AT_ONCE]);
    forgotten += gone.length;
    if (gone.length < FORGET_AT_ONCE) return forgotten;
  }
}
