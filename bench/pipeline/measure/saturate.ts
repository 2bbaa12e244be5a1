/** Keeps a plant saturated, and measures over a steady stretch what it settles and what that costs. */
import { elapsedMs } from '../../../contracts/time.ts';
import { pass } from '../plant-under-load.ts';
import type { PlantUnderLoad } from '../plant-under-load.ts';
import { CAMERAS } from '../scene.ts';
import { cpuBetween, sampleCpu } from './cpu-meter.ts';
import type { CpuUse } from './cpu-meter.ts';
import { databaseTime, onTheWay, settledBetween } from './ledger.ts';
import type { Settled } from './ledger.ts';
import { percentile, spreadOf } from './percentiles.ts';
import type { Spread } from './percentiles.ts';

export interface Saturation {
  readonly seconds: number;
  readonly frames: number;
  readonly framesPerSecond: number;
  readonly byState: Settled['byState'];
  readonly batchFrames: Spread;
  /** Frames in a batch, and how many batches had that many. */
  readonly batchSizes: Readonly<Record<number, number>>;
  /** Half of all looks found no more batches open. */
  readonly openBatches: number;
  /** The shortest backlog that a look found: at 0 the pipeline may have lacked work. */
  readonly leastWaiting: number;
  readonly cpuMsPerFrame: Readonly<Record<string, number>>;
  readonly cpu: Pick<CpuUse, 'machineBusy' | 'othersBusy' | 'stolen'>;
}

export interface SaturateTimes {
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
}

/** Sixteen of the largest batches: no dispatcher ever finds less than it may claim, and a plant works it off in seconds afterwards. */
const WAITING_FRAMES = 512;
const LOOK_EVERY_SECONDS = 0.5;
/** Ten frames a second would fill it in half of that. */
const FILL_LIMIT_SECONDS = 30;

export async function saturate(underLoad: PlantUnderLoad, { warmUpSeconds, windowSeconds }: SaturateTimes): Promise<Saturation> {
  const { pool } = underLoad.plant;
  const load = underLoad.load({ kind: 'keep-backlog', devices: CAMERAS, waitingFrames: WAITING_FRAMES });
  try {
    const failed = load.done.then(() => { throw new Error('the load generator stopped by itself'); });
    await Promise.race([failed, untilFull(underLoad)]);
    await Promise.race([failed, pass(warmUpSeconds)]);
    return await Promise.race([failed, measure()]);
  } finally {
    await load.stop();
  }

  async function measure(): Promise<Saturation> {
    const before = await sampleCpu(underLoad.metered());
    const from = await databaseTime(pool);
    const looks = await lookFor(windowSeconds, underLoad);
    const after = await sampleCpu(underLoad.metered());
    const to = await databaseTime(pool);
    const settled = await settledBetween(pool, from, to);
    if (settled.frames === 0) throw new Error('the plant was given frames and settled none');
    const { msByProcess, ...cpu } = cpuBetween(before, after);
    const seconds = elapsedMs(from, to) / 1000;
    return {
      seconds, frames: settled.frames, framesPerSecond: settled.frames / seconds, byState: settled.byState,
      batchFrames: spreadOf(settled.batchFrames), batchSizes: histogram(settled.batchFrames),
      openBatches: percentile(looks.map(({ openBatches }) => openBatches), 0.5) ?? 0,
      leastWaiting: Math.min(...looks.map(({ waiting }) => waiting)),
      cpuMsPerFrame: Object.fromEntries(Object.entries(msByProcess).map(([name, ms]) => [name, ms / settled.frames])),
      cpu,
    };
  }
}

/** A plant that settles faster than it accepts never gets there; the measurement then tells of a backlog of 0. */
async function untilFull({ plant }: PlantUnderLoad): Promise<void> {
  for (let looks = 0; looks < FILL_LIMIT_SECONDS / LOOK_EVERY_SECONDS; looks += 1) {
    if ((await onTheWay(plant.pool)).waiting >= WAITING_FRAMES) return;
    await pass(LOOK_EVERY_SECONDS);
  }
}

async function lookFor(seconds: number, { plant }: PlantUnderLoad): Promise<Awaited<ReturnType<typeof onTheWay>>[]> {
  const looks = [];
  for (const endsAt = performance.now() + seconds * 1000; performance.now() < endsAt;) {
    looks.push(await onTheWay(plant.pool));
    await pass(LOOK_EVERY_SECONDS);
  }
  return looks;
}

function histogram(values: readonly number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
