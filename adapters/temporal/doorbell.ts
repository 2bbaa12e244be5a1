/** Rings at the workflow of an incident, an equipment notice or a digest, starting it when it does not run. Says nothing but "look": the rows say what is due. */
import type { Client } from '@temporalio/client';
import type { Doorbell } from '../../activities/alert.ts';
import { DIGEST_WORKFLOW, digestWorkflowIdOf } from '../../contracts/digest.ts';
import type { DigestInput } from '../../contracts/digest.ts';
import { NOTICE_WORKFLOW, noticeWorkflowIdOf } from '../../contracts/equipment-notice.ts';
import type { NoticeInput } from '../../contracts/equipment-notice.ts';
import { DOORBELL_SIGNAL, INCIDENT_WORKFLOW, incidentWorkflowIdOf } from '../../contracts/incident.ts';
import type { IncidentInput } from '../../contracts/incident.ts';
import { STAGES } from '../../contracts/stages.ts';

/** A third of the time that the alert stage has: a bell that nobody answers must not cost a frame its try. The sweep rings again. */
const ANSWER_LIMIT_MS = 5_000;

export const createDoorbell = (client: Client): Doorbell => ({
  ring: (incidentId) => ring(client, INCIDENT_WORKFLOW, incidentWorkflowIdOf(incidentId), { incidentId }),
});

export const createDigestDoorbell = (client: Client): Doorbell => ({
  ring: (digestId) => ring(client, DIGEST_WORKFLOW, digestWorkflowIdOf(digestId), { digestId }),
});

export const createNoticeDoorbell = (client: Client): Doorbell => ({
  ring: (noticeId) => ring(client, NOTICE_WORKFLOW, noticeWorkflowIdOf(noticeId), { noticeId }),
});

async function ring(client: Client, workflow: string, workflowId: string, input: IncidentInput | NoticeInput | DigestInput): Promise<void> {
  await client.withDeadline(Date.now() + ANSWER_LIMIT_MS, () => client.workflow.signalWithStart(workflow, {
    workflowId, taskQueue: STAGES.incidents.taskQueue, args: [input],
    signal: DOORBELL_SIGNAL,
    // One whose workflow ended or was terminated gets a new run: its rows, not the old run, know what is due.
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
  }));
}
