/** The job `pace`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from './camera.ts';
import type { Pace } from './job.ts';
import { seededRandom } from '../../../test/support/seeded-random.ts';

export async function pace({ streams, seconds, seed }: Pace, camera: Camera, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  await Promise.all(streams.map(async ({ devices, perSecond }, stream) => {
    if (perSecond <= 0) return;
    const random = seededRandom(seed + stream);
    let next = 0;
    // Frames of many cameras that know nothing of each other: the gaps between them are exponential.
    for (let at = 0; ; ) {
      at += -Math.log(1 - random()) / perSecond * 1000;
      if (at > seconds * 1000 || failure !== undefined) return;
      await sleep(Math.max(0, startedAt + at - performance.now()), undefined, { signal });
      const sending: Promise<void> = camera.send(devices[next++ % devices.length]!)
        .catch((error: unknown) => { failure ??= error; })
        .finally(() => underWay.delete(sending));
      underWay.add(sending);
    }
  }));
  await Promise.all(underWay);
  if (failure !== undefined) throw failure;
}
