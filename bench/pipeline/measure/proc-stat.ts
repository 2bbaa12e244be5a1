/** CPU time as /proc tells it: of every process, of a process with all that it started, and of the machine. See proc(5). */
import { readFile, readdir } from 'node:fs/promises';

export interface ProcessTimes {
  readonly pid: number;
  readonly parentPid: number;
  /** All its threads, user and kernel. */
  readonly ownMs: number;
  /** Children that have ended and were waited for, and theirs. */
  readonly endedChildrenMs: number;
}

export interface MachineTimes {
  readonly busyMs: number;
  /** Wanted, and given to other guests of the same host. */
  readonly stolenMs: number;
  /** All cores together. */
  readonly totalMs: number;
}

/** USER_HZ, in which Linux tells times to programs, is 100 on every platform that Node runs on. */
const MS_PER_TICK = 10;

/** One /proc/<pid>/stat. The name in parentheses may hold spaces and parentheses itself; fields are counted from behind it. */
export function parseProcessStat(text: string): ProcessTimes {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10), parentPid: ticks(4),
    ownMs: (ticks(14) + ticks(15)) * MS_PER_TICK, endedChildrenMs: (ticks(16) + ticks(17)) * MS_PER_TICK,
  };
}

/** The first line of /proc/stat. Time of guests of our own stands in `user` already. */
export function parseMachineStat(text: string): MachineTimes {
  const [user = 0, nice = 0, system = 0, idle = 0, ioWait = 0, irq = 0, softIrq = 0, stolen = 0] =
    (text.split('\n')[0] ?? '').trim().split(/\s+/).slice(1).map((ticks) => Number(ticks) * MS_PER_TICK);
  const busyMs = user + nice + system + irq + softIrq;
  return { busyMs, stolenMs: stolen, totalMs: busyMs + stolen + idle + ioWait };
}

export async function readProcesses(): Promise<ReadonlyMap<number, ProcessTimes>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)));
  const processes = stats.filter((text) => text !== undefined).map(parseProcessStat);
  return new Map(processes.map((one) => [one.pid, one]));
}

export const readMachine = async (): Promise<MachineTimes> => parseMachineStat(await readFile('/proc/stat', 'utf8'));

/**
 * A process with everything that it ever started. What ends in between moves from its own row to its parent's `endedChildrenMs`, so nothing
 * is lost between two looks. Undefined when there is no such process.
 */
export function treeMs(processes: ReadonlyMap<number, ProcessTimes>, pid: number): number | undefined {
  const root = processes.get(pid);
  if (!root) return undefined;
  const children = [...processes.values()].filter(({ parentPid }) => parentPid === pid);
  return children.reduce((sum, child) => sum + (treeMs(processes, child.pid) ?? 0), root.ownMs + root.endedChildrenMs);
}
