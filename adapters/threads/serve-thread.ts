/** What runs inside a thread of a pool: loads what the thread needs, then answers requests. */
import { parentPort, workerData } from 'node:worker_threads';
import type { FailureCode } from '../../contracts/failures.ts';
import { Failure } from '../../contracts/failures.ts';

export interface ThreadData {
  readonly threadFile: string;
  readonly setup: unknown;
}

export interface ThreadAsk<Request> {
  readonly id: number;
  readonly request: Request;
}

export type ThreadMessage<Result> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'result'; readonly id: number; readonly result: Result }
  | { readonly kind: 'failure'; readonly id: number; readonly code: FailureCode; readonly detail: string };

export interface Served<Setup, Request, Result> {
  /** Gets what the pool was given as `setup`. An error while loading ends the thread; one while answering fails that request alone. */
  load(setup: Setup): Promise<(request: Request) => Result | Promise<Result>>;
  /** The code of an error that has none. */
  readonly defect: FailureCode;
  /** Buffers of a result that move to the main thread instead of being copied. */
  transfer?(result: Result): ArrayBuffer[];
}

export async function serveThread<Setup, Request, Result>({ load, defect, transfer = () => [] }: Served<Setup, Request, Result>): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('this file runs in a worker thread only');

  const answer = await load((workerData as ThreadData).setup as Setup);
  port.on('message', async ({ id, request }: ThreadAsk<Request>) => {
    try {
      const result = await answer(request);
      port.postMessage({ kind: 'result', id, result } satisfies ThreadMessage<Result>, transfer(result));
    } catch (error) {
      const { code, detail } = error instanceof Failure ? error : new Failure(defect, String(error).slice(0, 300));
      port.postMessage({ kind: 'failure', id, code, detail } satisfies ThreadMessage<Result>);
    }
  });
  port.postMessage({ kind: 'ready' } satisfies ThreadMessage<Result>);
}
