/** Sends the canary: a picture of its own, every period, through the door that camera services use. Whether it comes out at the other end others watch (api/canary-alarm.ts). */
import type { StageLog } from '../activities/stage-run.ts';
import type { FrameStore } from '../activities/ports/frame-store.ts';
import { canaryPicture } from '../adapters/images/canary-picture.ts';
import { mintCanaryKey, putCanary, takeCanaryTurn } from '../adapters/postgres/canary.ts';
import { createLedger } from '../adapters/postgres/ledger.ts';
import { doorsHere } from '../adapters/postgres/open-door.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import type { Settings } from '../config/settings.ts';
import { CANARY_ID } from '../contracts/canary.ts';
import { Failure } from '../contracts/failures.ts';
import { instantFromDate } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

/** Short of the day after which unused keys are removed. */
const KEY_FOR_MS = 12 * 3_600_000;
/** A door that takes longer to answer is shut, for this time. */
const DOOR_LIMIT_MS = 10_000;

export interface CanaryPorts {
  readonly pool: Pool;
  readonly settings: Pick<Settings, 'canarySeconds' | 'publicUrl'>;
  frameStore(): Promise<Pick<FrameStore, 'put'>>;
  readonly log: StageLog;
}

/** How often to ask whose turn it is: a tenth of the period late is early enough. */
export const canaryLookMs = (canarySeconds: number): number => Math.min(5_000, Math.max(100, canarySeconds * 100));

export function canaryTurns(ports: CanaryPorts): () => Promise<void> {
  let put = false;
  let key: { readonly text: string; readonly untilMs: number } | undefined;

  async function sendThrough(door: string, capturedAt: Instant, picture: Buffer): Promise<void> {
    if (key === undefined || Date.now() > key.untilMs) key = { text: await mintCanaryKey(ports.pool), untilMs: Date.now() + KEY_FOR_MS };
    const answer = await fetch(`${door}/v1/devices/${CANARY_ID}/frames?captured_at=${encodeURIComponent(capturedAt)}`, {
      method: 'POST', body: picture, headers: { authorization: `Bearer ${key.text}`, 'content-type': 'image/jpeg' }, signal: AbortSignal.timeout(DOOR_LIMIT_MS),
    });
    if (answer.status === 401) key = undefined;
    if (!answer.ok) ports.log.warn({ door, status: answer.status, answer: (await answer.text()).slice(0, 500) }, 'the canary was refused at the door');
    else await answer.body?.cancel();
  }

  return async () => {
    const { pool, settings, frameStore } = ports;
    if (!put) await putCanary(pool);
    put = true;
    if (!await takeCanaryTurn(pool, settings.canarySeconds * 1000)) return;
    const [capturedAt, picture] = [instantFromDate(new Date()), await canaryPicture()];
    const door = (await doorsHere(pool))[0] ?? settings.publicUrl;
    if (door === undefined) await acceptItself(pool, await frameStore(), capturedAt, picture);
    else await sendThrough(door, capturedAt, picture);
  };
}

/** Where no door is known from here, as on a machine of its own without WATCHPOST_PUBLIC_URL: what acceptance does, without HTTP and its limits. */
async function acceptItself(pool: Pool, store: Pick<FrameStore, 'put'>, givenCapturedAt: Instant, picture: Buffer): Promise<void> {
  const { sha256 } = await store.put(picture);
  const [accepted] = await createLedger(pool).acceptFrames([{
    userId: CANARY_ID, deviceId: CANARY_ID, timeZone: 'UTC', givenCapturedAt, sha256, sizeBytes: picture.length, mediaType: 'image/jpeg',
  }]);
  if (accepted instanceof Failure) throw accepted;
}
