/** Record: settles each frame in its one terminal state, moves the books, closes the batch and frees its lanes, in one transaction. */
import type { RecordActivities } from '../contracts/activities.ts';
import type { RecordInput, RecordResult } from '../contracts/pipeline.ts';
import { toApplicationFailure } from './failures.ts';
import type { StageLog } from './stage-run.ts';

export interface SettledFrame {
  readonly frameId: string;
  readonly tag: string;
  readonly state: string;
  readonly reason: string | null;
}

export interface SettlingLedger {
  /** Settles what the batch still holds; frames with outcome `retry` go back to wait, alone. A repeat finds nothing to do. */
  settle(input: RecordInput): Promise<{ settled: readonly SettledFrame[]; returned: number }>;
}

export interface RecordPorts {
  readonly ledger: SettlingLedger;
  readonly log: StageLog;
}

export function createRecordActivities({ ledger, log }: RecordPorts): RecordActivities {
  return {
    async recordOutcomes(input): Promise<RecordResult> {
      try {
        const { settled, returned } = await ledger.settle(input);
        for (const { frameId, tag, state, reason } of settled) log.info({ stage: 'record', frameId, tag, state, reason }, 'frame settled');
        return { settled: settled.length, returned };
      } catch (error) {
        log.error({ stage: 'record', batchId: input.batchId, err: error }, 'stage try failed');
        throw toApplicationFailure(error);
      }
    },
  };
}
