/** The human side of an incident: whoever is to be told is told, then it waits until something is due or somebody rings. Postgres decides, this waits. */
import { condition, continueAsNew, defineSignal, patched, setHandler, workflowInfo } from '@temporalio/workflow';
import { DOORBELL_SIGNAL } from '../contracts/incident.ts';
import type { IncidentInput } from '../contracts/incident.ts';
import { deliverMessages, reviewIncident } from './stage-proxies.ts';

export const doorbell = defineSignal(DOORBELL_SIGNAL);

export async function incidentWorkflow(input: IncidentInput): Promise<void> {
  let rung = false;
  setHandler(doorbell, () => { rung = true; });

  for (;;) {
    // Taken back before the look, not after: a ring during the look asks for another one.
    rung = false;
    // Runs from before escalation told first and decided after; what they decide to tell goes out with their next look.
    const decision = patched('decide-before-telling') ? await reviewIncident(input) : null;
    const messages = await deliverMessages(input);
    const review = decision ?? await reviewIncident(input);
    const due = [messages.nextTryInMs, review.reviewInMs].filter((ms) => ms !== null);
    if (rung) continue;
    if (due.length === 0) return;
    // An incident that stays open for days would outgrow its history; the next run reads the same rows and goes on.
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof incidentWorkflow>(input);
    await condition(() => rung, Math.min(...due));
  }
}
