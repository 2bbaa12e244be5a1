/** The alert stage without a worker: raises what is judged, rings, settles, and remembers how long its decisions took. */
import { createAlertActivities } from '../../activities/alert.ts';
import type { AlertPorts, IncidentLedger } from '../../activities/alert.ts';
import { createSettlingLedger } from '../../adapters/postgres/outcomes.ts';
import type { Pool } from '../../adapters/postgres/pool.ts';
import type { StageInput } from '../../contracts/pipeline.ts';

export interface Decision {
  readonly matches: number;
  /** The transaction, without the bell. */
  readonly ms: number;
}

export interface AlertStage {
  /** Decides about a batch, rings, and settles it. */
  raise(batch: StageInput): Promise<void>;
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
