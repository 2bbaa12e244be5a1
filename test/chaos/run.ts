/** One run: a plant, a stream of frames, a fault each turn, and a look at all laws when everything is over. */
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Placement } from '../../contracts/stages.ts';
import { until } from '../support/plant.ts';
import { startChaosPlant } from './chaos-plant.ts';
import type { ChaosPlant } from './chaos-plant.ts';
import { bringMessagesForward } from './messages-forward.ts';
import { planFaults } from './fault-plan.ts';
import { faultsOf } from './faults.ts';
import { FrameStream } from './frame-stream.ts';
import { LAWS } from './laws.ts';
import { strikeAll } from './strike-all.ts';
import { readSummary } from './summary.ts';
import type { Summary } from './summary.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly placement: Placement;
  readonly frames: number;
  /** Frames that kill their detector. */
  readonly killers: number;
  /** Faults, one after the other. */
  readonly turns: number;
  say(line: string): void;
}

export interface Verdict {
  readonly law: string;
  readonly breaches: readonly string[];
}

export interface ChaosReport {
  readonly laws: readonly Verdict[];
  readonly summary: Summary;
}

/** Once all is well again: the longest pauses between tries, deadlines one after the other, and a slow machine. */
const SETTLE_LIMIT_MS = 600_000;

export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, placement, frames, killers, turns, say } = options;
  say(`seed ${seed}, ${placement}: ${frames} frames, ${turns} faults`);
  const plant = await startChaosPlant(placement);
  let good = false;
  try {
    if (typeof plant.disk === 'string') say(`SKIPPED: the full disk of the frame store, because ${plant.disk}`);
    const stream = new FrameStream(plant.apis, frames, killers, seed);
    const plan = planFaults(faultsOf(plant), turns, seed);
    const share = Math.ceil(frames / (turns + 1));
    // The stream goes on whatever is struck; a fault waits until frames are on their way.
    await strikeAll(plan, async () => {
      stream.begin(share);
      await until('frames in a pipeline', async () => (await rowsOf(plant, 'SELECT 1 FROM open_frames WHERE batch_id IS NOT NULL LIMIT 1')) > 0);
    }, say);
    await stream.end();
    say(`all ${frames} frames are accepted, every fault is over`);
    await untilAllServe(plant);
    await until('all frames to be settled', async () => (await rowsOf(plant, 'SELECT 1 FROM open_frames LIMIT 1')) === 0, SETTLE_LIMIT_MS);
    say('all frames are settled');
    await bringMessagesForward(plant);
    await until('all messages to be handed over and all incidents to close', async () => (await rowsOf(plant, 'SELECT 1 FROM incidents WHERE next_due_at IS NOT NULL LIMIT 1')) === 0, SETTLE_LIMIT_MS);
    const laws: Verdict[] = [];
    for (const { law, breaches } of LAWS) laws.push({ law, breaches: await breaches({ plant, stream }) });
    good = laws.every(({ breaches }) => breaches.length === 0);
    return { laws, summary: await readSummary(plant, stream, plan) };
  } finally {
    if (!good) say(`the logs of its processes are kept in ${await keepLogs(plant)}`);
    await plant.stop();
  }
}

export async function keepLogs({ home }: Pick<ChaosPlant, 'home'>): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'watchpost-chaos-logs-'));
  await cp(join(home, 'log'), place, { recursive: true });
  return place;
}

export const untilAllServe = async ({ plant }: Pick<ChaosPlant, 'plant'>): Promise<unknown> =>
  until('every process to serve', async () => [...plant.children.values()].every(({ serving }) => serving));

const rowsOf = async ({ pool }: ChaosPlant, sql: string): Promise<number> => (await pool.query(sql)).rowCount ?? 0;
