/**
 * Tells whether a process noted down earlier is still that process. A pid alone is not enough: pids are used again, and a
 * lock or a pid file outlives a kill -9.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** @typedef {{ pid: number, startedAt: string }} ProcessIdentity */

/**
 * When the process started, as an opaque text, or undefined when there is no such process. A zombie counts as gone: it holds nothing any more.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOfProcess(pid) {
  if (process.platform === 'linux') {
    try {
      // proc(5): the name in parentheses may hold spaces; after it, state is the 1st field and starttime the 20th.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} pid
 * @returns {ProcessIdentity | undefined}
 */
export function identify(pid) {
  const startedAt = startOfProcess(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** @param {ProcessIdentity} identity */
export const isAlive = ({ pid, startedAt }) => startOfProcess(pid) === startedAt;
