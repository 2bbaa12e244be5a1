/** The job `keep-backlog`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, query } from '../../../adapters/postgres/pool.ts';
import type { Camera } from './camera.ts';
import type { KeepBacklog } from './job.ts';

/** Often enough that a plant which settles a hundred frames a second never comes near the end of its backlog. */
const LOOK_EVERY_MS = 100;
/** What a few camera services have under way; the whole gap at once would be a burst that the plant has to digest. */
const AT_ONCE = 8;

export async function keepBacklog({ devices, waitingFrames, databaseUrl }: KeepBacklog, camera: Camera, signal: AbortSignal): Promise<void> {
  const pool = createPool(databaseUrl, { connections: 1, applicationName: 'bench load' });
  let next = 0;
  try {
    while (!signal.aborted) {
      const [open] = await query<{ waiting: number }>(pool, 'SELECT count(*) AS waiting FROM open_frames WHERE batch_id IS NULL');
      let missing = waitingFrames - open!.waiting;
      await Promise.all(Array.from({ length: AT_ONCE }, async () => {
        while (missing > 0 && !signal.aborted) {
          missing -= 1;
          await camera.send(devices[next++ % devices.length]!);
        }
      }));
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    await pool.end();
  }
}
