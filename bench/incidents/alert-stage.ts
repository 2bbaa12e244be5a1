/** The alert stage at work on judged batches: how long its decisions take, and when they come. */
import { createAlertActivities } from '../../activities/alert.ts';
import type { AlertPorts, IncidentLedger } from '../../activities/alert.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import { STAGES } from '../../contracts/stages.ts';
import { pass } from '../pipeline/plant-under-load.ts';
import type { JudgedBatch } from './judged-frames.ts';

export interface Decision {
  readonly matches: number;
  /** The transaction, without the bell. */
  readonly ms: number;
}

export interface AlertStage {
  /** Decides about a batch, rings, and settles it. */
  raise(batch: JudgedBatch): Promise<void>;
  readonly decisions: readonly Decision[];
}

export function startAlertStage(pool: Pool, ports: AlertPorts): AlertStage {
  const decisions: Decision[] = [];
  const ledger: IncidentLedger = {
    ...ports.ledger,
    async decide(batchId, matches, group) {
      const startedAt = performance.now();
      const decided = await ports.ledger.decide(batchId, matches, group);
      decisions.push({ matches: matches.length, ms: performance.now() - startedAt });
      return decided;
    },
  };
  const { raiseAlerts } = createAlertActivities({ ...ports, ledger });
  const settling = createSettlingLedger(pool);
  return {
    decisions,
    async raise({ batchId, positions }) {
      await raiseAlerts({ batchId, positions });
      await settling.settle({ batchId, exceptions: [] });
    },
  };
}

/** As many side by side as one alert worker has slots. */
const SIDE_BY_SIDE = STAGES.alert.slots;

/** All of them in their order, each not before `whenMs` (from now) says. Resolves with how late the latest began. */
export async function raiseAll({ raise }: AlertStage, batches: readonly JudgedBatch[], whenMs: (batch: JudgedBatch, index: number) => number, sideBySide: number = SIDE_BY_SIDE): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  let latest = 0;
  await Promise.all(Array.from({ length: sideBySide }, async () => {
    for (let index = next++; index < batches.length; index = next++) {
      const batch = batches[index]!;
      const early = whenMs(batch, index) - (performance.now() - startedAt);
      if (early > 0) await pass(early / 1000);
      else latest = Math.max(latest, -early);
      await raise(batch);
    }
  }));
  return latest;
}
