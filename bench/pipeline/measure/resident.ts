/** What a process holds in memory. See proc(5). */
import { readFile } from 'node:fs/promises';

/** VmRSS; 0 for a process that is gone. Of PostgreSQL only the first process: its sessions come and go. */
export async function residentMb(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024;
}
