/** Remembers which devices this process refused uploads of, and says so to the database every few seconds: a refusal must not cost a write. */
import type { RefusedUploads } from '../adapters/postgres/refused-uploads.ts';
import type { FailureCode } from '../contracts/failures.ts';

/** Only devices that are registered and on are remembered, so this is far above any plant; beyond it a device waits for the next few seconds. */
const MOST_DEVICES = 100_000;

export interface RefusedUpload {
  readonly deviceId: string;
  readonly code: FailureCode;
  /** How far its capture time lay ahead of our clock; null where that is not what it was refused for. */
  readonly aheadMs: number | null;
}

export interface RefusalMemory {
  note(upload: RefusedUpload): void;
  /** Hands over what was noted since the last time. What could not be written is noted again. */
  flush(): Promise<void>;
}

interface Noted {
  latestMs: number;
  wrong: { code: FailureCode; uploads: number; firstMs: number; lastMs: number; offSeconds: number } | null;
}

/** Frames that are refused for their time are the business of the device's owner. */
export const isWrongTime = (code: FailureCode): boolean => code === 'captured_at_too_late' || code === 'captured_at_too_early';

export function createRefusalMemory(write: (refused: readonly RefusedUploads[]) => Promise<void>, nowMs: () => number = () => performance.now()): RefusalMemory {
  let noted = new Map<string, Noted>();
  return {
    note({ deviceId, code, aheadMs }) {
      const atMs = nowMs();
      const device = noted.get(deviceId) ?? { latestMs: atMs, wrong: null };
      if (!noted.has(deviceId) && noted.size >= MOST_DEVICES) return;
      noted.set(deviceId, device);
      device.latestMs = atMs;
      if (aheadMs === null || !isWrongTime(code)) return;
      device.wrong = { code, uploads: (device.wrong?.uploads ?? 0) + 1, firstMs: device.wrong?.firstMs ?? atMs, lastMs: atMs, offSeconds: Math.round(aheadMs / 1000) };
    },

    async flush() {
      if (noted.size === 0) return;
      const taken = noted;
      noted = new Map();
      const atMs = nowMs();
      const ago = (thenMs: number): number => Math.round(atMs - thenMs);
      try {
        await write([...taken].map(([deviceId, { latestMs, wrong }]) => ({
          deviceId, agoMs: ago(latestMs),
          wrongTimes: wrong && { code: wrong.code, uploads: wrong.uploads, firstAgoMs: ago(wrong.firstMs), lastAgoMs: ago(wrong.lastMs), offSeconds: wrong.offSeconds },
        })));
      } catch (error) {
        for (const [deviceId, device] of taken) noted.set(deviceId, joined(device, noted.get(deviceId)));
        throw error;
      }
    },
  };
}

function joined(earlier: Noted, later: Noted | undefined): Noted {
  if (later === undefined) return earlier;
  if (earlier.wrong === null || later.wrong === null) return { latestMs: later.latestMs, wrong: later.wrong ?? earlier.wrong };
  return { latestMs: later.latestMs, wrong: { ...later.wrong, uploads: earlier.wrong.uploads + later.wrong.uploads, firstMs: earlier.wrong.firstMs } };
}
