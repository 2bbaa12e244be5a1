/** Brings out messages and waits where one could not be handed over yet. It ends when none waits; the next bell starts it again. */
import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import type { MessageReport } from '../contracts/incident.ts';
import { doorbell } from './incident.ts';

/** `startAnew` continues as a new run of the same workflow. */
export async function bringOut(deliver: () => Promise<MessageReport>, startAnew: () => Promise<never>): Promise<void> {
  let rung = false;
  setHandler(doorbell, () => { rung = true; });

  for (;;) {
    // Taken back before the look, not after: a ring during the look asks for another one.
    rung = false;
    const { nextTryInMs } = await deliver();
    if (rung) continue;
    if (nextTryInMs === null) return;
    // A provider that is away for days would let it outgrow its history; the next run reads the same rows and goes on.
    if (workflowInfo().continueAsNewSuggested) await startAnew();
    await condition(() => rung, nextTryInMs);
  }
}
