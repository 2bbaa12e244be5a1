/**
 * Brings lost batches home, driven by the ledger: started again when they never ran, taken back when they are past their
 * deadline or Temporal knows them no more. Being unable to ask Temporal is no answer: then nothing is taken back.
 */
import type { StageLog } from '../activities/stage-run.ts';
import type { Batches, OpenBatch } from '../adapters/postgres/batches.ts';
import type { Pipelines } from '../adapters/temporal/pipelines.ts';
import { startBatch } from './dispatcher.ts';

/** A healthy start takes milliseconds; after this long the dispatcher that claimed the batch is taken for dead. */
export const NEVER_STARTED_MS = 5_000;
/** Most batches settle sooner, so Temporal is only asked about the slow ones. */
export const SUSPECT_MS = 15_000;

export interface ReconcilerPorts {
  readonly batches: Batches;
  readonly pipelines: Pipelines;
  readonly log: StageLog;
}

/**
 * One look at all open batches. Each on its own, so that one that makes trouble keeps no other from coming home; and all
 * together, because a Temporal that is out of reach takes its time to be found so.
 */
export async function reconcile(ports: ReconcilerPorts): Promise<void> {
  const suspects = new Set((await ports.batches.openOlderThan(SUSPECT_MS)).map(({ batchId }) => batchId));
  const open = await ports.batches.openOlderThan(NEVER_STARTED_MS);
  await Promise.all(open.map(async (batch) => {
    try {
      if (batch.overdue) await takeBackOverdue(batch, ports);
      else if (!batch.started) await startAgain(batch, ports);
      else if (suspects.has(batch.batchId)) await takeBackLost(batch, ports);
    } catch (error) {
      ports.log.warn({ err: error, batchId: batch.batchId }, 'batch left as it is; the next look tries again');
    }
  }));
}

async function startAgain(open: OpenBatch, ports: ReconcilerPorts): Promise<void> {
  const batch = await ports.batches.reclaim(open.batchId);
  if (!batch) return;
  ports.log.warn({ batchId: batch.batchId }, 'batch was claimed and not marked started; starting it');
  // It may have run before anybody could mark it, and ended without settling its frames: then no start brings them home.
  if (!await startBatch(batch, ports)) await takeBackLost(open, ports);
}

async function takeBackLost({ batchId }: OpenBatch, { batches, pipelines, log }: ReconcilerPorts): Promise<void> {
  if (await pipelines.status(batchId) === 'running') return;
  const frames = await batches.giveBack(batchId, 'lost');
  if (frames > 0) log.warn({ batchId, frames }, 'Temporal knows the batch no more; its frames wait again');
}

/** Closed first: from then on its stages write nothing, whether or not the workflow can be ended. */
async function takeBackOverdue({ batchId }: OpenBatch, { batches, pipelines, log }: ReconcilerPorts): Promise<void> {
  const frames = await batches.giveBack(batchId, 'deadline');
  log.warn({ batchId, frames }, 'batch is past its deadline; its frames wait again');
  await pipelines.terminate(batchId, 'past the batch deadline').catch((error: unknown) => log.warn({ err: error, batchId }, 'workflow not terminated; it ends at its own time limit'));
}
