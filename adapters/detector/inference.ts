/** What all detectors that run a model in threads of this process have in common. */
import type { DecodeForModel } from '../images/model-input.ts';
import { ThreadPool } from '../threads/thread-pool.ts';

/** How this process runs its detector, whichever that is. */
export interface InferenceOptions {
  readonly threads: number;
  readonly decode: DecodeForModel;
}

/** `threadFile` loads the model from `setup`. Throws `detector_unavailable`. */
export const openInference = <Request, Result>(threadFile: URL, setup: unknown, threads: number): Promise<ThreadPool<Request, Result>> =>
  ThreadPool.open<Request, Result>({ name: 'inference', unavailable: 'detector_unavailable', threadFile, setup, threads });
