/** Hands over one frame and does not let go of it until it is accepted, or refused for good. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Receipt } from '../api/shapes/frames.ts';
import type { Connection } from './connection.ts';
import { Refused } from './errors.ts';
import { RETRY_TIMING, maySendAgain, waitBeforeMs } from './retry.ts';
import type { RetryTiming } from './retry.ts';

export interface FrameToPush {
  readonly deviceId: string;
  /** RFC 3339 with a zone. Part of what makes a repeat recognisable: never change it between tries. */
  readonly capturedAt: string;
  readonly bytes: Uint8Array;
  readonly mediaType: 'image/jpeg' | 'image/png' | 'image/webp';
  /** Kept beside the frame by whoever cannot keep to its capture time, as after a restart: the API never makes two frames of one key. */
  readonly idempotencyKey?: string;
}

export interface Retry {
  readonly error: Error;
  /** Tries so far. */
  readonly attempts: number;
  readonly waitMs: number;
}

export interface PushOptions {
  /** The only thing that ends the tries early; what was sent may still have been accepted. */
  readonly signal?: AbortSignal;
  /** Hears of every wait, for logs. */
  readonly onRetry?: (retry: Retry) => void;
  readonly timing?: RetryTiming;
}

/**
 * The frame is kept in memory while this runs; whoever must not lose it when the process dies keeps a copy until the receipt
 * is there. Repeats are harmless: the same capture time and bytes are the same frame.
 * Throws `Refused` when sending again cannot help, or the reason of the signal.
 */
export async function pushFrame(connection: Connection, frame: FrameToPush, options: PushOptions = {}): Promise<Receipt> {
  const digest = createHash('sha256').update(frame.bytes).digest('base64');
  for (let attempts = 0; ; attempts += 1) {
    try {
      return await offer(connection, frame, digest, options.signal);
    } catch (error) {
      if (!maySendAgain(error)) throw error;
      await waitAfter(attempts, hindranceOf(error as Error), options);
    }
  }
}

/** Why a try was not the last one. */
export interface Hindrance {
  readonly error: Error;
  /** As the answer asked for it. */
  readonly retryAfter: string | undefined;
}

export const hindranceOf = (error: Error): Hindrance => ({ error, retryAfter: error instanceof Refused ? error.retryAfter : undefined });

/** Tells of the wait before the next try, and waits. Throws the reason of the signal. */
export async function waitAfter(attempts: number, { error, retryAfter }: Hindrance, { signal, onRetry, timing = RETRY_TIMING }: PushOptions): Promise<void> {
  const waitMs = waitBeforeMs(attempts, retryAfter, timing);
  onRetry?.({ error, attempts: attempts + 1, waitMs });
  await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => signal?.throwIfAborted());
}

async function offer(connection: Connection, { deviceId, capturedAt, bytes, mediaType, idempotencyKey }: FrameToPush, digest: string, signal?: AbortSignal): Promise<Receipt> {
  const receipt = await connection.json<Receipt>({
    method: 'POST',
    path: `/v1/devices/${encodeURIComponent(deviceId)}/frames`,
    query: { captured_at: capturedAt },
    bytes,
    headers: { 'content-type': mediaType, 'content-digest': `sha-256=:${digest}:`, ...(idempotencyKey === undefined ? {} : { 'idempotency-key': `"${idempotencyKey}"` }) },
    ...(signal ? { signal } : {}),
  });
  // A portal that answers 200 to everything must not make a frame disappear; a status below 400 is tried again.
  if (typeof receipt?.frameId !== 'string') throw new Refused(200, { title: 'the answer is no receipt, so it did not come from Watchpost' });
  return receipt;
}
