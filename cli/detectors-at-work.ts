/** Which detectors the workers use, as soon as the first of them has said so. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlantStatus } from '../api/shapes/plant.ts';
import type { Client } from '../client/client.ts';

/** A worker signs a moment after it is ready; after this long there is none that detects, and whoever asks should see that. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 100;

/** Empty when no worker detects. */
export async function detectorsAtWork(client: Client): Promise<PlantStatus['detectors']> {
  const giveUpAtMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const { detectors } = await client.status();
    if (detectors.length > 0 || Date.now() > giveUpAtMs) return detectors;
    await sleep(LOOK_EVERY_MS);
  }
}
