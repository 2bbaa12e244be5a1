/** Which processes of one machine step back when there are not cores enough for all of them. */
import { writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * To be called right after the process was started: threads take over what the one has that starts them. `niceness` as in setpriority(2), 0 to 19.
 * A system that will not hear of it changes nothing but how fast things go.
 */
export function stepBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, niceness);
    // Where Linux groups processes by session (sched(7), autogroups), niceness counts inside a group only, and the group has one of its own.
    writeFileSync(`/proc/${pid}/autogroup`, `${niceness}`);
  } catch {
    // Ended already, a system without such groups, or one that an ordinary user has asked for the same within a tenth of a second.
  }
}
