/** CPU of several stretches of a run together, so that what lies between them does not count. */
import { cpuBetween, sampleCpu } from '../pipeline/measure/cpu-meter.ts';
import type { Metered } from '../pipeline/measure/cpu-meter.ts';

export interface CpuSum {
  during<T>(work: () => Promise<T>): Promise<T>;
  /** Milliseconds by process for each of so many things, without what the processes use anyway: shares of a core. */
  sumPerThing(things: number, idleCores: Readonly<Record<string, number>>): Record<string, number>;
}

export function startMeter(metered: () => readonly Metered[]): CpuSum {
  const spentMs: Record<string, number> = {};
  let wallMs = 0;
  return {
    async during(work) {
      const [before, startedAt] = [await sampleCpu(metered()), performance.now()];
      const result = await work();
      wallMs += performance.now() - startedAt;
      for (const [name, ms] of Object.entries(cpuBetween(before, await sampleCpu(metered())).msByProcess)) spentMs[name] = (spentMs[name] ?? 0) + ms;
      return result;
    },
    sumPerThing: (things, idleCores) => Object.fromEntries(Object.entries(spentMs).map(([name, ms]) => [name, Math.max(0, ms - wallMs * (idleCores[name] ?? 0)) / things])),
  };
}
