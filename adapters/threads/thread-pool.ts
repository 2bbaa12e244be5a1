/**
 * Threads that do what the main thread must not: compute without yielding, which would stop heartbeats and health checks, or move megabytes
 * through its heap, which would have its garbage collected every half second. While a thread works, the next request is already prepared.
 */
import { Worker } from 'node:worker_threads';
import { Failure } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import type { ThreadAsk, ThreadData, ThreadMessage } from './serve-thread.ts';

export interface ThreadPoolOptions {
  /** What the threads do, for people: `inference`. */
  readonly name: string;
  /** Of the failure when no thread can be started. */
  readonly unavailable: FailureCode;
  /** A module that calls `serveThread`. */
  readonly threadFile: URL;
  /** Handed to `load` in each thread. */
  readonly setup: unknown;
  readonly threads: number;
  /** Requests that a thread works on at once; more than one where it waits for other threads of the system in between. Those must transfer nothing: they may be asked twice. */
  readonly atOnce?: number;
  readonly timeLimitMs?: number;
}

export interface PreparedRequest<Request> {
  readonly request: Request;
  /** Buffers of the request that move to the thread instead of being copied; unusable here afterwards. */
  readonly transfer: readonly ArrayBuffer[];
}

interface Job<Request, Result> extends PreparedRequest<Request> {
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Failure) => void;
  timer?: NodeJS.Timeout;
  /** It was one of several on which a thread ended, so the next one takes it alone. */
  suspect?: boolean;
}

interface Thread<Request, Result> {
  readonly worker: Worker;
  ready: boolean;
  readonly jobs: Map<number, Job<Request, Result>>;
}

// A hundred times what the slowest model takes. A thread that is busy longer hangs and would never be free again.
const DEFAULT_TIME_LIMIT_MS = 30_000;
// Beside those in the works; more would only hold decoded pictures in memory.
const IN_THE_MAKING_PER_THREAD = 1;

export class ThreadPool<Request, Result> {
  readonly #options: ThreadPoolOptions;
  readonly #atOnce: number;
  readonly #threads = new Set<Thread<Request, Result>>();
  readonly #jobs: Job<Request, Result>[] = [];
  readonly #callers: (() => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  #freePlaces: number;
  #lastJob = 0;
  #closing = false;

  private constructor(options: ThreadPoolOptions) {
    this.#options = options;
    this.#atOnce = options.atOnce ?? 1;
    this.#freePlaces = options.threads * (this.#atOnce + IN_THE_MAKING_PER_THREAD);
  }

  /** Resolves when every thread has loaded; otherwise throws what the first one died of. */
  static async open<Request, Result>(options: ThreadPoolOptions): Promise<ThreadPool<Request, Result>> {
    const pool = new ThreadPool<Request, Result>(options);
    try {
      await Promise.all(Array.from({ length: options.threads }, () => pool.#startThread()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    return pool;
  }

  /**
   * Waits for a place, prepares the request, has a thread answer it. Callers are served in the order in which they came.
   * Throws what `prepare` or the thread threw, `worker_died` when a thread ended on this request and no other, `unavailable` when none can be started.
   */
  run(prepare: () => Promise<PreparedRequest<Request>>): Promise<Result> {
    if (this.#closing) return Promise.reject(new Failure(this.#options.unavailable, `its ${this.#options.name} threads are being closed`));
    const outcome = this.#runInPlace(prepare);
    const settled = outcome.then(() => undefined, () => undefined).finally(() => this.#running.delete(settled));
    this.#running.add(settled);
    return outcome;
  }

  /** Waits for every call of `run`, then ends the threads. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all(this.#running);
    await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
  }

  async #runInPlace(prepare: () => Promise<PreparedRequest<Request>>): Promise<Result> {
    if (this.#freePlaces > 0) this.#freePlaces -= 1;
    else await new Promise<void>((resolve) => this.#callers.push(resolve));
    try {
      const prepared = await prepare();
      return await new Promise<Result>((resolve, reject) => {
        this.#jobs.push({ ...prepared, resolve, reject });
        this.#assignJobs();
      });
    } finally {
      // The place goes straight to who waits longest, so that nobody who comes now can step in front.
      const next = this.#callers.shift();
      if (next) next();
      else this.#freePlaces += 1;
    }
  }

  #assignJobs(): void {
    for (const thread of this.#threads) {
      for (let job = this.#jobs[0]; job && this.#hasRoom(thread, job); job = this.#jobs[0]) {
        this.#jobs.shift();
        const id = (this.#lastJob += 1);
        thread.jobs.set(id, job);
        job.timer = setTimeout(() => void thread.worker.terminate(), this.#options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS);
        thread.worker.postMessage({ id, request: job.request } satisfies ThreadAsk<Request>, [...job.transfer]);
      }
    }
    // No thread is left when the last one could not be replaced, or ended while we close: whoever waits still gets an answer.
    if (this.#jobs.length > 0 && this.#threads.size === 0) this.#replaceThread();
  }

  #hasRoom({ ready, jobs }: Thread<Request, Result>, { suspect }: Job<Request, Result>): boolean {
    if (!ready || jobs.size >= (suspect ? 1 : this.#atOnce)) return false;
    return ![...jobs.values()].some((job) => job.suspect);
  }

  #startThread(): Promise<void> {
    const workerData: ThreadData = { threadFile: this.#options.threadFile.href, setup: this.#options.setup };
    // Flags of this process (loaders, a test runner's) are not for the thread.
    const worker = new Worker(new URL('./start-thread.mjs', import.meta.url), { workerData, execArgv: [] });
    const thread: Thread<Request, Result> = { worker, ready: false, jobs: new Map() };
    this.#threads.add(thread);
    return new Promise((resolve, reject) => {
      let cause: unknown;
      worker.on('error', (error) => (cause = error));
      worker.on('message', (message: ThreadMessage<Result>) => {
        if (message.kind === 'ready') {
          thread.ready = true;
          resolve();
        } else {
          this.#settle(thread, message);
        }
        this.#assignJobs();
      });
      // Comes after `error`, and alone when the thread was ended or ended itself.
      worker.on('exit', (code) => {
        this.#threads.delete(thread);
        const why = cause instanceof Error ? cause.message : `exit code ${code}`;
        reject(new Failure(this.#options.unavailable, `a thread for ${this.#options.name} does not start: ${why}`, { cause }));
        this.#blame(thread, `the thread for ${this.#options.name} ended on this picture: ${why}`);
        if (thread.ready && !this.#closing) this.#replaceThread();
        this.#assignJobs();
      });
    });
  }

  #settle(thread: Thread<Request, Result>, message: Exclude<ThreadMessage<Result>, { kind: 'ready' }>): void {
    const job = thread.jobs.get(message.id);
    thread.jobs.delete(message.id);
    clearTimeout(job?.timer);
    if (message.kind === 'result') job?.resolve(message.result);
    else job?.reject(new Failure(message.code, message.detail));
  }

  /** One request is at fault. Several share the blame of one of them, which shows when each is tried alone. */
  #blame(thread: Thread<Request, Result>, detail: string): void {
    if (thread.jobs.size <= 1) {
      for (const id of thread.jobs.keys()) this.#settle(thread, { kind: 'failure', id, code: 'worker_died', detail });
      return;
    }
    for (const job of thread.jobs.values()) {
      clearTimeout(job.timer);
      job.suspect = true;
    }
    this.#jobs.unshift(...thread.jobs.values());
    thread.jobs.clear();
  }

  /** Not repeated when it fails, or a model file that is gone would have us start threads for ever; the next request tries again. */
  #replaceThread(): void {
    this.#startThread().catch((error: Failure) => {
      if (this.#threads.size === 0) for (const job of this.#jobs.splice(0)) job.reject(error);
    });
  }
}
