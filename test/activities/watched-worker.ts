/** A worker process whose one activity does in each try what the test wrote down for it: for tests that kill workers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { watchingDeaths } from '../../activities/death-watch.ts';
import { toApplicationFailure } from '../../activities/failures.ts';
import { Failure } from '../../contracts/failures.ts';
import type { StageInput, StageResult } from '../../contracts/pipeline.ts';

export type Try =
  | 'done'
  /** Dies before it yields to anybody. */
  | 'die-at-once'
  | 'die-working'
  | 'outage'
  /** An outage that is noticed after some beats, the last of which the SDK still holds back. */
  | 'outage-after-beats';

export interface WatchedInput extends StageInput {
  readonly heartbeatMs: number;
  readonly tries: readonly Try[];
}

async function stage(what: Try | undefined, heartbeatMs: number): Promise<StageResult> {
  console.log(what);
  switch (what) {
    case 'die-at-once':
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'die-working':
      await sleep(heartbeatMs / 2);
      process.kill(process.pid, 'SIGKILL');
      break;
    case 'outage':
      throw toApplicationFailure(new Failure('database_unavailable', 'away'));
    case 'outage-after-beats':
      await sleep(heartbeatMs / 2);
      throw toApplicationFailure(new Failure('database_unavailable', 'away'));
  }
  return { exceptions: [] };
}

if (process.argv[2]) {
  const { address, namespace, taskQueue } = JSON.parse(process.argv[2]) as { address: string; namespace: string; taskQueue: string };
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }), namespace, taskQueue,
    activities: {
      watched: (input: WatchedInput) => {
        const what = input.tries[Context.current().info.attempt - 1];
        return watchingDeaths<StageResult>(input, input.heartbeatMs, { exceptions: [] }, async ({ positions }) => positions, () => stage(what, input.heartbeatMs));
      },
    },
  });
  await worker.run();
}
