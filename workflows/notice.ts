/** Brings out the messages of an equipment notice, and waits where one could not be handed over yet. It ends when none waits; the next bell starts it again. */
import { condition, continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { NoticeInput } from '../contracts/equipment-notice.ts';
import { doorbell } from './incident.ts';
import { deliverNotice } from './stage-proxies.ts';

export async function noticeWorkflow(input: NoticeInput): Promise<void> {
  let rung = false;
  setHandler(doorbell, () => { rung = true; });

  for (;;) {
    // Taken back before the look, not after: a ring during the look asks for another one.
    rung = false;
    const { nextTryInMs } = await deliverNotice(input);
    if (rung) continue;
    if (nextTryInMs === null) return;
    // A mail server that is away for days would let it outgrow its history; the next run reads the same rows and goes on.
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof noticeWorkflow>(input);
    await condition(() => rung, nextTryInMs);
  }
}
