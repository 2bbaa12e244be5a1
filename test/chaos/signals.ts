/** Stops processes as they stand, and makes sure that none is left so: one that is never continued outlives everything that could end it. */
import { readFileSync } from 'node:fs';

const stopped = new Set<number>();
process.on('exit', continueAll);

export function stopProcess(pid: number): void {
  if (signal(pid, 'SIGSTOP')) stopped.add(pid);
}

export function continueProcess(pid: number): void {
  signal(pid, 'SIGCONT');
  stopped.delete(pid);
}

export function continueAll(): void {
  for (const pid of stopped) continueProcess(pid);
}

/** False when there is no such process any more. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}

/** A server that works with a process per session, and these. */
export function familyOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return [pid, ...(children === '' ? [] : children.split(' ').map(Number))];
}
