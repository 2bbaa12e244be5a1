/** A plant as `watchpost start` runs it, in a home of its own that is gone afterwards, and the generators that load it. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeHome, startTestPlant } from '../../test/support/plant.ts';
import type { TestPlant } from '../../test/support/plant.ts';
import type { ChildPlan } from '../../workers/child-processes.ts';
import { interruptSignal } from './interrupt.ts';
import type { Flood, KeepBacklog, LoadJob, Pace, Sending } from './load/job.ts';
import { startLoad } from './load/start-load.ts';
import type { RunningLoad } from './load/start-load.ts';
import type { Metered } from './measure/cpu-meter.ts';

/** A job without what every job of this plant has in common. */
type Order = Omit<KeepBacklog, keyof Sending | 'databaseUrl'> | Omit<Flood, keyof Sending> | Omit<Pace, keyof Sending>;

export interface PlantUnderLoad {
  readonly plant: TestPlant;
  /** Starts a generator; it is stopped with the plant at the latest. */
  load(order: Order): RunningLoad;
  /** Every process of the plant, the generators under `load`, and under `supervisor` this one with the inbox in it. */
  metered(): Metered[];
}

export interface PlantNeeds {
  readonly jpegs: readonly Buffer[];
  /** Settings, as environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Those of `watchpost start` if not given. */
  readonly workers?: readonly ChildPlan[] | undefined;
}

/** More than a generator sends in a run. */
const FRAMES_PER_GENERATOR = 8_000;

/** Homes of plants that have stopped. */
const left: string[] = [];

export async function withPlant<T>({ jpegs, env, workers }: PlantNeeds, work: (underLoad: PlantUnderLoad) => Promise<T>): Promise<T> {
  interruptSignal.throwIfAborted();
  const home = await mkdtemp(join(tmpdir(), 'watchpost-bench-'));
  left.push(home);
  const plant = await startTestPlant({ home, env, ...(workers ? { workers } : {}) });
  const loads: RunningLoad[] = [];
  try {
    interruptSignal.throwIfAborted();
    return await work({
      plant,
      load(order) {
        const { baseUrl, adminKey: key, databaseUrl } = plant.plant;
        const job: LoadJob = { ...order, baseUrl, key, jpegs, firstFrame: loads.length * FRAMES_PER_GENERATOR, ...(order.kind === 'keep-backlog' ? { databaseUrl } : {}) } as LoadJob;
        const load = startLoad(job);
        loads.push(load);
        return load;
      },
      metered: () => meteredProcesses(plant, loads),
    });
  } finally {
    await Promise.all(loads.map((load) => load.stop()));
    await plant.stop();
  }
}

/** To be called once all is measured: ext4 steps around inodes that were freed within the last minutes, which would make every file of the next plant dearer. */
export async function removeHomes(): Promise<void> {
  for (const home of left.splice(0)) await removeHome(home);
}

function meteredProcesses({ plant }: TestPlant, loads: readonly RunningLoad[]): Metered[] {
  const children = [...plant.children.values()].map(({ name, pid }) => ({ name, pid, withChildren: false }));
  const servers = [...plant.servers].map(([name, { pid }]) => ({ name, pid, withChildren: name === 'postgres' }));
  const generators = loads.map(({ pid }, index) => ({ name: index === 0 ? 'load' : `load ${index + 1}`, pid, withChildren: false }));
  return [...children, ...servers, { name: 'supervisor', pid: process.pid, withChildren: false }, ...generators];
}

/** Waits, unless the bench is interrupted. */
export const pass = (seconds: number): Promise<void> => sleep(seconds * 1000, undefined, { signal: interruptSignal });
