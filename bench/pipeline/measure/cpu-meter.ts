/** Which process used how much CPU between two moments, and what else was going on on the machine. */
import { readMachine, readProcesses, treeMs } from './proc-stat.ts';
import type { MachineTimes } from './proc-stat.ts';

/** A process under a name of ours. */
export interface Metered {
  readonly name: string;
  readonly pid: number | undefined;
  /** PostgreSQL works in processes that it starts and ends as it likes. */
  readonly withChildren: boolean;
}

export interface CpuSample {
  readonly processes: ReadonlyMap<string, { readonly pid: number; readonly ms: number }>;
  readonly machine: MachineTimes;
}

export interface CpuUse {
  readonly msByProcess: Readonly<Record<string, number>>;
  /** Shares of all cores, 0..1. */
  readonly machineBusy: number;
  /** Of that, processes that are none of ours, and kernel work in nobody's name. */
  readonly othersBusy: number;
  /** Taken by the host of a virtual machine. */
  readonly stolen: number;
}

export async function sampleCpu(metered: readonly Metered[]): Promise<CpuSample> {
  const [processes, machine] = await Promise.all([readProcesses(), readMachine()]);
  const seen = metered.map(({ name, pid = 0, withChildren }) => {
    const ms = withChildren ? treeMs(processes, pid) : processes.get(pid)?.ownMs;
    if (ms === undefined) throw new Error(`${name} does not run, so its CPU cannot be measured`);
    return [name, { pid, ms }] as const;
  });
  return { processes: new Map(seen), machine };
}

/** Throws when a process was started again in between: the figures would be those of two. */
export function cpuBetween(before: CpuSample, after: CpuSample): CpuUse {
  const msByProcess = Object.fromEntries([...after.processes].map(([name, { pid, ms }]) => {
    const earlier = before.processes.get(name);
    if (earlier?.pid !== pid) throw new Error(`${name} ended during the measurement and was started again`);
    return [name, ms - earlier.ms];
  }));
  const oursMs = Object.values(msByProcess).reduce((sum, ms) => sum + ms, 0);
  const since = (field: keyof MachineTimes): number => after.machine[field] - before.machine[field];
  const share = (ms: number): number => Math.max(0, ms / since('totalMs'));
  return { msByProcess, machineBusy: share(since('busyMs')), othersBusy: share(since('busyMs') - oursMs), stolen: share(since('stolenMs')) };
}
