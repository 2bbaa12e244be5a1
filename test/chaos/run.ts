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
import type { PlannedFault } from './fault-plan.ts';
import { faultsOf, sayFault } from './faults.ts';
import { FrameStream } from './frame-stream.ts';
import { LAWS } from './laws.ts';
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

/** Faults that are held at once: more, and hardly anything is left that could go wrong. */
const HELD_AT_ONCE = 3;
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
    await strikeAll(plan, plant, stream, Math.ceil(frames / (turns + 1)), say);
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

async function keepLogs({ home }: ChaosPlant): Promise<string> {
  const place = await mkdtemp(join(tmpdir(), 'watchpost-chaos-logs-'));
  await cp(join(home, 'log'), place, { recursive: true });
  return place;
}

/** The stream goes on whatever is struck; a fault waits until frames are on their way, and until its place is well. */
async function strikeAll(plan: readonly PlannedFault[], plant: ChaosPlant, stream: FrameStream, share: number, say: (line: string) => void): Promise<void> {
  const held = new Map<string, Promise<void>>();
  for (const [turn, { fault, place }] of plan.entries()) {
    await held.get(place);
    while (held.size >= HELD_AT_ONCE) await Promise.race(held.values());
    stream.begin(share);
    await until('frames in a pipeline', async () => (await rowsOf(plant, 'SELECT 1 FROM open_frames WHERE batch_id IS NOT NULL LIMIT 1')) > 0);
    say(`${turn + 1}/${plan.length} ${sayFault(fault, place)}`);
    await fault.strike(place);
    const over = (fault.hold?.() ?? Promise.resolve()).then(() => fault.heal(place)).finally(() => held.delete(place));
    over.catch(() => {});
    held.set(place, over);
    if (fault.hold === null) await over;
  }
  await Promise.all(held.values());
}

const untilAllServe = async ({ plant }: ChaosPlant): Promise<unknown> =>
  until('every process to serve', async () => [...plant.children.values()].every(({ serving }) => serving));

const rowsOf = async ({ pool }: ChaosPlant, sql: string): Promise<number> => (await pool.query(sql)).rowCount ?? 0;
