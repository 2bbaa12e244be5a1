/** The dispatcher: claims waiting frames into batches, up to the in-flight limit, and starts a pipeline for each. */
import type { StageLog } from '../activities/stage-run.ts';
import type { Batches, ClaimedBatch, ClaimLimits } from '../adapters/postgres/batches.ts';
import type { Pipelines } from '../adapters/temporal/pipelines.ts';

/** A lost NOTIFY delays frames by this much and no more. */
const POLL_MS = 1_000;
/** Starts under way at once: more only queue at the Temporal server. */
const STARTS_AT_ONCE = 8;

export interface DispatcherPorts {
  readonly batches: Batches;
  readonly pipelines: Pipelines;
  /** Asked at every claim: the limits follow the load. */
  limits(): ClaimLimits;
  readonly log: StageLog;
}

export class Dispatcher {
  readonly #ports: DispatcherPorts;
  readonly #starting = new Set<Promise<unknown>>();
  #stopping = false;
  #rung = false;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  constructor(ports: DispatcherPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Frames wait, or a lane became free. */
  ring(): void {
    this.#rung = true;
    this.#wake();
  }

  /** Claims nothing more; resolves when the starts under way are over. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
    await Promise.all(this.#starting);
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#rung = false;
      const claimed = await this.#claim();
      if (claimed) {
        this.#begin(claimed);
        if (this.#starting.size >= STARTS_AT_ONCE) await Promise.race(this.#starting);
      } else {
        await this.#rest();
      }
    }
  }

  async #claim(): Promise<ClaimedBatch | null> {
    try {
      return await this.#ports.batches.claim(this.#ports.limits());
    } catch (error) {
      this.#ports.log.warn({ err: error }, 'claiming failed; trying again');
      return null;
    }
  }

  /** A start that fails is no loss: the claim is committed, and the reconciler starts it again under the same id. */
  #begin(batch: ClaimedBatch): void {
    const start: Promise<unknown> = startBatch(batch, this.#ports)
      .catch((error: unknown) => this.#ports.log.warn({ err: error, batchId: batch.batchId }, 'starting failed; the reconciler tries again'))
      .finally(() => this.#starting.delete(start));
    this.#starting.add(start);
  }

  async #rest(): Promise<void> {
    if (this.#rung || this.#stopping) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, POLL_MS);
      this.#wake = () => { clearTimeout(timer); done(); };
    });
    this.#wake = () => {};
  }
}

/** False when it ran and ended before. */
export async function startBatch({ batchId, placement, alone, frames }: ClaimedBatch, { batches, pipelines, log }: Omit<DispatcherPorts, 'limits'>): Promise<boolean> {
  const runId = await pipelines.start({ batchId, placement, ...(alone ? { alone } : {}), frames });
  if (runId === null) return false;
  await batches.markStarted(batchId, runId);
  log.debug({ batchId, runId, frames: frames.length }, 'batch started');
  return true;
}
