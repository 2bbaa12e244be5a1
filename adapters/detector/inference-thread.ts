/** What runs inside an inference thread around the model: loads it, then answers one request after another. */
import type { FailureCode } from '../../contracts/failures.ts';
import { Failure } from '../../contracts/failures.ts';
import { parentPort, workerData } from 'node:worker_threads';

export interface ThreadData {
  readonly threadFile: string;
  readonly setup: unknown;
}

export type ThreadMessage<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly result: Result }
  | { readonly kind: 'failure'; readonly code: FailureCode; readonly detail: string };

/** `load` gets what the pool was given as `setup`. An error while loading ends the thread; one while answering fails that request alone. */
export async function serveInference<Setup, Request, Result>(load: (setup: Setup) => Promise<(request: Request) => Result | Promise<Result>>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this file runs in a worker thread only');
  const say = (message: ThreadMessage<Result>): void => port.postMessage(message);

  const answer = await load((workerData as ThreadData).setup as Setup);
  port.on('message', async (request: Request) => {
    try {
      say({ kind: 'result', result: await answer(request) });
    } catch (error) {
      if (error instanceof Failure) say({ kind: 'failure', code: error.code, detail: error.detail });
      else say({ kind: 'failure', code: 'detector_output_invalid', detail: `the model failed: ${String(error).slice(0, 300)}` });
    }
  });
  say({ kind: 'ready' });
}
