import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { parseMachineStat, parseProcessStat, readMachine, readProcesses, treeMs } from '../../bench/pipeline/measure/proc-stat.ts';
import type { ProcessTimes } from '../../bench/pipeline/measure/proc-stat.ts';

/** Fields 4 to 17 as proc(5) numbers them: parent, then nine that do not matter here, then the four times. */
const stat = (pid: number, name: string, parent: number, times: string): string => `${pid} (${name}) S ${parent} 1 1 0 -1 4194560 9 9 9 9 ${times} 20 0 11 0 1815 0 0\n`;

describe('a line of /proc/<pid>/stat', () => {
  it('tells user and kernel time together, and that of ended children apart', () => {
    expect(parseProcessStat(stat(42, 'node', 7, '100 20 3 4'))).toEqual({ pid: 42, parentPid: 7, ownMs: 1_200, endedChildrenMs: 70 });
  });

  it('is read from behind the name, whatever the name holds', () => {
    expect(parseProcessStat(stat(42, 'postgres: io) S 1 (x', 7, '100 20 3 4'))).toMatchObject({ pid: 42, parentPid: 7, ownMs: 1_200 });
  });
});

describe('the first line of /proc/stat', () => {
  it('counts waiting for a disk as idle, and what the host took as neither idle nor busy', () => {
    expect(parseMachineStat('cpu  10 1 5 100 7 2 3 4 9 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n')).toEqual({ busyMs: 210, stolenMs: 40, totalMs: 1_320 });
  });
});

describe('the CPU of a tree of processes', () => {
  const rows = (...times: ProcessTimes[]): ReadonlyMap<number, ProcessTimes> => new Map(times.map((one) => [one.pid, one]));
  const row = (pid: number, parentPid: number, ownMs: number, endedChildrenMs = 0): ProcessTimes => ({ pid, parentPid, ownMs, endedChildrenMs });

  it('is that of the process, of all below it, and of all that ended', () => {
    expect(treeMs(rows(row(1, 0, 5_000), row(2, 1, 100, 30), row(3, 2, 20), row(4, 3, 7, 1), row(5, 1, 900)), 2)).toBe(158);
  });

  it('does not change when a child ends and is waited for', () => {
    const before = rows(row(2, 1, 100), row(3, 2, 20, 5));
    const after = rows(row(2, 1, 100, 25));
    expect(treeMs(after, 2)).toBe(treeMs(before, 2));
  });

  it('is not there for a process that is not there', () => {
    expect(treeMs(rows(row(1, 0, 1)), 2)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('the /proc of this machine', () => {
  const BURN = 'while (process.cpuUsage().user < 150_000);';

  it('has what a child used, while it lives and after it has ended', async () => {
    // Burns a fixed amount of CPU in a child of its own, and waits to be told to end.
    const parent = spawn(process.execPath, ['-e', `
      const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${BURN} console.log('burnt'); process.stdin.resume();`)}], { stdio: ['pipe', 'inherit', 'inherit'] });
      child.on('exit', () => console.log('ended'));
      process.stdin.once('data', () => child.stdin.end());`], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      expect(String(await once(parent.stdout, 'data'))).toContain('burnt');
      const alive = await readProcesses();
      expect(treeMs(alive, parent.pid!)! - alive.get(parent.pid!)!.ownMs).toBeGreaterThanOrEqual(140);
      parent.stdin.write('end\n');
      expect(String(await once(parent.stdout, 'data'))).toContain('ended');
      expect((await readProcesses()).get(parent.pid!)!.endedChildrenMs).toBeGreaterThanOrEqual(140);
    } finally {
      parent.kill('SIGKILL');
      await once(parent, 'exit');
    }
  });

  it('agrees with what Node says of this process, and with a machine that was busy at least as long', async () => {
    const before = await readMachine();
    const { user, system } = process.cpuUsage();
    const own = (await readProcesses()).get(process.pid)!.ownMs;
    // Told in steps of 10 ms.
    expect(own).toBeGreaterThanOrEqual((user + system) / 1000 - 20);
    expect(before.busyMs).toBeGreaterThanOrEqual(own);
    expect(before.totalMs).toBeGreaterThan(before.busyMs);
  });
});
