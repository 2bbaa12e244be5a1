/** Carries a plan of faults out, one each turn, each as soon as its place is well. */
import type { PlannedFault } from './fault-plan.ts';
import { sayFault } from './faults.ts';

/** Faults that are held at once: more, and hardly anything is left that could go wrong. */
const HELD_AT_ONCE = 3;

/** `before` each turn brings what the fault shall meet. Resolves when everything that was struck works again. */
export async function strikeAll(plan: readonly PlannedFault[], before: () => Promise<void>, say: (line: string) => void): Promise<void> {
  const held = new Map<string, Promise<void>>();
  for (const [turn, { fault, place }] of plan.entries()) {
    await held.get(place);
    while (held.size >= HELD_AT_ONCE) await Promise.race(held.values());
    await before();
    say(`${turn + 1}/${plan.length} ${sayFault(fault, place)}`);
    await fault.strike(place);
    const over = (fault.hold?.() ?? Promise.resolve()).then(() => fault.heal(place)).finally(() => held.delete(place));
    over.catch(() => {});
    held.set(place, over);
    if (fault.hold === null) await over;
  }
  await Promise.all(held.values());
}
