/** Raises judged batches through the alert stage, one after the other or side by side. */
import { STAGES } from '../../contracts/stages.ts';
import type { AlertStage } from '../../test/support/alert-stage.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import type { JudgedBatch } from './judged-frames.ts';

/** As many side by side as one alert worker has slots. */
const SIDE_BY_SIDE = STAGES.alert.slots;

/** All of them in their order, each not before `whenMs` (from now) says. Resolves with how late the latest began. */
export async function raiseAll({ raise }: AlertStage, batches: readonly JudgedBatch[], whenMs: (batch: JudgedBatch, index: number) => number, sideBySide: number = SIDE_BY_SIDE): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  let latest = 0;
  await Promise.all(Array.from({ length: sideBySide }, async () => {
    for (let index = next++; index < batches.length; index = next++) {
      const batch = batches[index]!;
      const early = whenMs(batch, index) - (performance.now() - startedAt);
      if (early > 0) await pass(early / 1000);
      else latest = Math.max(latest, -early);
      await raise(batch);
    }
  }));
  return latest;
}
