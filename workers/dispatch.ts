/** The dispatch stage: dispatcher, reconciler, sweeps for what is to be told, retention and the partitions of the days to come. */
import { createBatches } from '../adapters/postgres/batches.ts';
import type { Batches } from '../adapters/postgres/batches.ts';
import { DEADLINES_ALONE } from '../adapters/postgres/claim.ts';
import { dueDigests, makeDigests } from '../adapters/postgres/digests.ts';
import { escalateDueNotices } from '../adapters/postgres/escalate-notices.ts';
import { overdueIncidents } from '../adapters/postgres/incidents.ts';
import { forgetIdempotencyKeys } from '../adapters/postgres/idempotency-keys.ts';
import { FRAMES_WAITING } from '../adapters/postgres/ledger.ts';
import { listen } from '../adapters/postgres/listen.ts';
import { ensurePartitions } from '../adapters/postgres/migrate.ts';
import { forgetBudgets } from '../adapters/postgres/message-budget.ts';
import { dueNotices } from '../adapters/postgres/notices.ts';
import { watchRefusedClocks } from '../adapters/postgres/refused-uploads.ts';
import { watchSilence } from '../adapters/postgres/silence-watch.ts';
import { forgetDeadWorkers, readDetectionCapacity } from '../adapters/postgres/workers.ts';
import { INCIDENT_ANSWERED } from '../adapters/postgres/responses.ts';
import { createDigestDoorbell, createDoorbell, createNoticeDoorbell } from '../adapters/temporal/doorbell.ts';
import { createPipelines } from '../adapters/temporal/pipelines.ts';
import { adaptLimits } from './adaptive-limits.ts';
import { canaryLookMs, canaryTurns } from './canary.ts';
import { Dispatcher } from './dispatcher.ts';
import type { Dependencies } from './dependencies.ts';
import { clockWatch, silenceWatch } from './equipment-settings.ts';
import { every } from './periodic.ts';
import { reconcile } from './reconciler.ts';
import { retentionTurns } from './retention.ts';
import { sweep } from './sweep.ts';

/** A batch whose dispatcher died starts within two of these; each look costs one short query. */
const RECONCILE_MS = 2_000;
const SWEEP_MS = 5_000;
/** A notice says what has been so for minutes; this is its bell, and no other is rung. */
const NOTICES_MS = 5_000;
/** Silence is a matter of minutes; a look at ten thousand devices takes a fraction of a second. */
const DEVICES_MS = 30_000;
/** Where silence is a matter of seconds: late by a tenth of it. */
const devicesMs = (silentSeconds: number): number => Math.min(DEVICES_MS, Math.max(1_000, (silentSeconds || DEVICES_MS) * 100));
/** Nobody waits for a digest to the second. */
const DIGESTS_MS = 5_000;
/** What the incident workflow does by itself it does within seconds; ringing earlier would only wake it twice. */
const SWEEP_GRACE_MS = 10_000;
/** As often as detect workers say how busy they are. */
const ADAPT_MS = 2_000;
/** A turn with nothing to do is five short statements and a look into one folder; all folders are looked at within the hour. */
const RETENTION_MS = 10_000;
const FORGET_MS = 3_600_000;
/** Partitions are made three days ahead, so a few missed hours do not matter. */
const PARTITIONS_MS = 3_600_000;
/** Past the batch deadline the reconciler closes the batch; a workflow that it could not reach ends by itself soon after. */
const AFTER_DEADLINE_MS = 300_000;

export async function startDispatch(deps: Dependencies): Promise<{ ended: Promise<void>; stop(): Promise<void> }> {
  const { settings, log } = deps;
  const pool = await deps.pool();
  const { client } = await deps.temporal();
  const deadlineMs = settings.batchDeadlineSeconds * 1000;
  const pipelines = createPipelines(client, { executionTimeoutMs: deadlineMs * DEADLINES_ALONE + AFTER_DEADLINE_MS });
  const doorbell = createDoorbell(client);
  const noticeDoorbell = createNoticeDoorbell(client);
  const digestDoorbell = createDigestDoorbell(client);

  const claims = countClaims(createBatches(pool));
  let adapted = adaptLimits(undefined, await readDetectionCapacity(pool), false, settings);
  let quarantineMissed = false;
  const adapt = async (): Promise<void> => {
    const capacity = await readDetectionCapacity(pool);
    const next = adaptLimits(adapted, capacity, claims.fullSince(adapted.batchFrames), settings);
    if (capacity.quarantineMissing && !quarantineMissed) log.warn({}, 'frames wait to run alone and no worker runs the stage quarantine');
    quarantineMissed = capacity.quarantineMissing;
    if (next.inFlight > adapted.inFlight || next.aloneInFlight > adapted.aloneInFlight) dispatcher.ring();
    adapted = next;
  };
  const dispatcher = new Dispatcher({
    batches: claims.batches, pipelines, log,
    limits: () => ({ ...adapted, deadlineMs, placement: settings.placement }),
  });
  dispatcher.start();
  const listener = listen(deps.databaseUrl, FRAMES_WAITING, () => dispatcher.ring());
  // An answer, or the end of a call: whoever waits for it in a workflow shall not sleep on. What is missed here is found by the sweep.
  const answers = listen(deps.databaseUrl, INCIDENT_ANSWERED, (incidentId) => {
    if (incidentId === undefined) return;
    doorbell.ring(incidentId).catch((error: unknown) => { log.warn({ err: error, incidentId }, 'doorbell not heard; the sweep will ring again'); });
  });
  const loops = [
    every(RECONCILE_MS, 'reconcile', log, () => reconcile({ batches: claims.batches, pipelines, log })),
    every(SWEEP_MS, 'sweep', log, () => sweep({ overdue: () => overdueIncidents(pool, SWEEP_GRACE_MS), doorbell, log })),
    every(NOTICES_MS, 'sweep of notices', log, async () => {
      await escalateDueNotices(pool, settings.callGapSeconds * 1000);
      await sweep({ overdue: () => dueNotices(pool), doorbell: noticeDoorbell, log });
    }),
    every(DIGESTS_MS, 'digests', log, async () => {
      await makeDigests(pool);
      await sweep({ overdue: () => dueDigests(pool), doorbell: digestDoorbell, log });
    }),
    every(devicesMs(settings.silentSeconds), 'silent devices', log, async () => {
      await watchSilence(pool, { ...silenceWatch(settings), silentSeconds: settings.silentSeconds });
      await watchRefusedClocks(pool, clockWatch(settings));
    }),
    ...(settings.canarySeconds === 0 ? [] : [every(canaryLookMs(settings.canarySeconds), 'canary', log, canaryTurns({ pool, settings, frameStore: deps.frameStore, log }))]),
    every(RETENTION_MS, 'retention', log, retentionTurns(pool, settings, log)),
    every(ADAPT_MS, 'adapt limits', log, adapt),
    every(PARTITIONS_MS, 'partitions', log, () => ensurePartitions(pool)),
    every(FORGET_MS, 'forget budgets', log, () => forgetBudgets(pool)),
    every(FORGET_MS, 'forget dead workers', log, () => forgetDeadWorkers(pool)),
    every(FORGET_MS, 'forget idempotency keys', log, async () => { await forgetIdempotencyKeys(pool, settings.idempotencyKeyHours); }),
  ];

  let stopped: () => void = () => {};
  const ended = new Promise<void>((done) => { stopped = done; });
  return {
    ended,
    async stop() {
      await listener.close();
      await answers.close();
      await dispatcher.stop();
      await Promise.all(loops.map((loop) => loop.stop()));
      stopped();
    },
  };
}

/** Most batches of a busy plant are full but for the odd one. */
const FULL_FROM_SHARE = 0.9;

/** Batches that remember how full those were that were claimed. */
function countClaims(batches: Batches): { batches: Batches; fullSince(batchFrames: number): boolean } {
  let frames = 0;
  let claimed = 0;
  return {
    batches: {
      ...batches,
      async claim(limits) {
        const batch = await batches.claim(limits);
        if (batch && !batch.alone) {
          frames += batch.frames.length;
          claimed += 1;
        }
        return batch;
      },
    },
    fullSince(batchFrames) {
      const full = claimed > 0 && frames >= claimed * batchFrames * FULL_FROM_SHARE;
      frames = 0;
      claimed = 0;
      return full;
    },
  };
}
