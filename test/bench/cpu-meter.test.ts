import { describe, expect, it } from 'vitest';
import { cpuBetween, sampleCpu } from '../../bench/pipeline/measure/cpu-meter.ts';
import type { CpuSample } from '../../bench/pipeline/measure/cpu-meter.ts';

const sample = (ms: Record<string, number>, machine: [busyMs: number, stolenMs: number, totalMs: number], pid = 10): CpuSample => ({
  processes: new Map(Object.entries(ms).map(([name, spent]) => [name, { pid, ms: spent }])),
  machine: { busyMs: machine[0], stolenMs: machine[1], totalMs: machine[2] },
});

describe('CPU between two samples', () => {
  it('is told per process, and what nobody of ours used as that of others', () => {
    const use = cpuBetween(sample({ api: 100, flow: 500 }, [1_000, 0, 10_000]), sample({ api: 300, flow: 900 }, [2_000, 100, 12_000]));
    expect(use).toEqual({ msByProcess: { api: 200, flow: 400 }, machineBusy: 0.5, othersBusy: 0.2, stolen: 0.05 });
  });

  it('never says that others gave CPU back, because the machine counts a little later than its processes', () => {
    expect(cpuBetween(sample({ api: 0 }, [0, 0, 0]), sample({ api: 110 }, [100, 0, 200])).othersBusy).toBe(0);
  });

  it('is refused for a process that was started again in between', () => {
    expect(() => cpuBetween(sample({ api: 100 }, [0, 0, 0], 10), sample({ api: 5 }, [10, 0, 10], 11))).toThrow('api ended during the measurement');
  });
});

describe.skipIf(process.platform !== 'linux')('a sample', () => {
  it('is refused when a process is gone, rather than counted as 0', async () => {
    await expect(sampleCpu([{ name: 'flow', pid: undefined, withChildren: false }])).rejects.toThrow('flow does not run');
  });

  it('has every process under its name', async () => {
    const { processes } = await sampleCpu([{ name: 'this', pid: process.pid, withChildren: false }, { name: 'parent', pid: process.ppid, withChildren: true }]);
    expect([...processes.keys()]).toEqual(['this', 'parent']);
    expect(processes.get('parent')!.ms).toBeGreaterThanOrEqual(processes.get('this')!.ms);
  });
});
