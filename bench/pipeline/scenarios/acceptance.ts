/** How fast frames are accepted, and how long a sender waits for the 202, with nothing else to do and beside a saturated pipeline. */
import { elapsedMs } from '../../../contracts/time.ts';
import { databaseTime, settledBetween } from '../measure/ledger.ts';
import { spreadOf } from '../measure/percentiles.ts';
import type { Spread } from '../measure/percentiles.ts';
import type { Lengths } from '../options.ts';
import type { Pictures } from '../pictures.ts';
import { pass, withPlant } from '../plant-under-load.ts';
import type { PlantUnderLoad } from '../plant-under-load.ts';
import { CAMERAS, putCameras } from '../scene.ts';
import { AS_STARTED } from './saturated-pipeline.ts';

export interface AcceptanceFigures {
  readonly framesPerSecond: number;
  readonly answerMs: Spread;
  /** Answers 429 and 503. */
  readonly retries: number;
  /** So much of an answer's time may be the generator's own. */
  readonly generatorDelayP99Ms: number;
  readonly generatorCpuMsPerFrame: number;
  /** What the pipeline settled meanwhile. */
  readonly settledPerSecond: number;
}

export interface Acceptance {
  readonly idle: AcceptanceFigures;
  readonly saturated: AcceptanceFigures;
}

const IN_FLIGHT = 50;
const FLOOD_WARM_UP_SECONDS = 1;

export const acceptance = ({ jpegs }: Pictures, lengths: Lengths): Promise<Acceptance> =>
  withPlant({ jpegs, env: AS_STARTED.env, workers: AS_STARTED.workers }, async (underLoad) => {
    await putCameras(underLoad.plant);
    const idle = await withWorkersAsleep(underLoad, () => accept(underLoad, lengths.floodSeconds));
    // What was accepted meanwhile is more than the workers can settle before the second flood is over.
    await pass(lengths.warmUpSeconds);
    return { idle, saturated: await accept(underLoad, lengths.floodSeconds) };
  });

async function accept(underLoad: PlantUnderLoad, floodSeconds: number): Promise<AcceptanceFigures> {
  const { pool } = underLoad.plant;
  const from = await databaseTime(pool);
  const load = underLoad.load({ kind: 'flood', devices: CAMERAS, inFlight: IN_FLIGHT, warmUpSeconds: FLOOD_WARM_UP_SECONDS, seconds: floodSeconds });
  const { seconds, answerMs, retries, cpuMs, ownDelayP99Ms } = await load.done;
  const to = await databaseTime(pool);
  await load.stop();
  const settled = await settledBetween(pool, from, to);
  return {
    framesPerSecond: answerMs.length / seconds, answerMs: spreadOf(answerMs), retries,
    generatorDelayP99Ms: ownDelayP99Ms, generatorCpuMsPerFrame: cpuMs / answerMs.length,
    settledPerSecond: settled.frames / elapsedMs(from, to) * 1000,
  };
}

/** They neither claim nor look: the API and the servers have the machine to themselves. */
async function withWorkersAsleep<T>({ plant }: PlantUnderLoad, work: () => Promise<T>): Promise<T> {
  const workers = [...plant.plant.children.values()].filter(({ name }) => name !== 'api');
  const signalAll = (signal: NodeJS.Signals): void => { for (const { pid } of workers) process.kill(pid!, signal); };
  signalAll('SIGSTOP');
  try {
    return await work();
  } finally {
    signalAll('SIGCONT');
  }
}
