/** The job `flood`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from './camera.ts';
import type { Flood } from './job.ts';

export async function flood({ devices, inFlight, warmUpSeconds, seconds }: Flood, camera: Camera, signal: AbortSignal): Promise<void> {
  let next = 0;
  let over = false;
  const senders = Array.from({ length: inFlight }, async () => {
    while (!over) await camera.send(devices[next++ % devices.length]!);
  });
  // A sender that fails ends the job at once, not when its time is up.
  const failed = Promise.all(senders);
  try {
    await Promise.race([failed, sleep(warmUpSeconds * 1000, undefined, { signal })]);
    camera.restart();
    await Promise.race([failed, sleep(seconds * 1000, undefined, { signal })]);
  } finally {
    over = true;
  }
  await failed;
}
