/** Rings at an incident's workflow, starting it when it does not run. Says nothing but "look": the rows say what is due. */
import type { Client } from '@temporalio/client';
import type { Doorbell } from '../../activities/alert.ts';
import { DOORBELL_SIGNAL, INCIDENT_WORKFLOW, incidentWorkflowIdOf } from '../../contracts/incident.ts';
import { STAGES } from '../../contracts/stages.ts';

/** A third of the time that the alert stage has: a bell that nobody answers must not cost a frame its try. The sweep rings again. */
const ANSWER_LIMIT_MS = 5_000;

export function createDoorbell(client: Client): Doorbell {
  return {
    async ring(incidentId) {
      await client.withDeadline(Date.now() + ANSWER_LIMIT_MS, () => client.workflow.signalWithStart(INCIDENT_WORKFLOW, {
        workflowId: incidentWorkflowIdOf(incidentId), taskQueue: STAGES.incidents.taskQueue, args: [{ incidentId }],
        signal: DOORBELL_SIGNAL,
        // An incident whose workflow ended or was terminated gets a new run: its rows, not the old run, know what is due.
        workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      }));
    },
  };
}
