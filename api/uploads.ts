/** What the routes that take frames share: one acceptance, so that frames of all of them commit together, and one count of the bytes that are held. */
import { createBacklog } from '../adapters/postgres/backlog.ts';
import { findSendingDevices } from '../adapters/postgres/devices.ts';
import { findKeyedFrames } from '../adapters/postgres/idempotency-keys.ts';
import type { IdempotencyKey } from '../contracts/idempotency-key.ts';
import { createAcceptance } from './accept-frames.ts';
import type { Acceptance } from './accept-frames.ts';
import { withBytesThere } from './bytes-there.ts';
import type { ApiDeps } from './deps.ts';
import { grouped } from './grouped-calls.ts';
import { createReceiving } from './receiving.ts';
import type { Receiving } from './receiving.ts';

export interface Uploads {
  readonly accept: Acceptance;
  readonly receiving: Receiving;
}

/** A commit of so many rows takes hardly longer than one of a single row; a much larger one would make its first caller wait for its last row. */
const MOST_IN_GROUP = 64;

export function createUploads({ settings, pool, frameStore, acceptFrames, refusals, now }: ApiDeps): Uploads {
  return {
    receiving: createReceiving(settings.maxReceivingBytes),
    accept: createAcceptance({
      findDevice: grouped(async (deviceIds: readonly string[]) => {
        const found = await findSendingDevices(pool, deviceIds);
        return deviceIds.map((deviceId) => found.get(deviceId));
      }, MOST_IN_GROUP),
      findKeyedFrame: grouped((keys: readonly IdempotencyKey[]) => findKeyedFrames(pool, keys), MOST_IN_GROUP),
      backlog: createBacklog(pool, now),
      store: frameStore,
      acceptFrame: grouped(withBytesThere(acceptFrames, frameStore), MOST_IN_GROUP),
      limits: settings,
      ...(refusals ? { refused: refusals.note } : {}),
      now,
    }),
  };
}
