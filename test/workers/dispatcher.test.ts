import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Batches, ClaimedBatch } from '../../adapters/postgres/batches.ts';
import type { Pipelines } from '../../adapters/temporal/pipelines.ts';
import { Failure } from '../../contracts/failures.ts';
import { Dispatcher } from '../../workers/dispatcher.ts';
import { createLog } from '../../workers/log.ts';
import { LIMITS } from '../support/plant-data.ts';

/** A ledger and a Temporal that answer by what stands in these fields; real ones meet the dispatcher in the end-to-end tests. */
class Plant {
  waiting: ClaimedBatch[] = [];
  claims = 0;
  started: string[] = [];
  marked: string[] = [];
  failClaims = 0;
  onStart: (batchId: string) => Promise<string | null> = async () => 'run';

  readonly batches: Pick<Batches, 'claim' | 'markStarted'> = {
    claim: async () => {
      this.claims += 1;
      if (this.failClaims-- > 0) throw new Failure('database_unavailable', 'away');
      return this.waiting.shift() ?? null;
    },
    markStarted: async (batchId) => { this.marked.push(batchId); },
  };

  readonly pipelines: Pick<Pipelines, 'start'> = {
    start: async ({ batchId }) => {
      this.started.push(batchId);
      return this.onStart(batchId);
    },
  };

  readonly dispatcher = new Dispatcher({
    batches: this.batches as Batches, pipelines: this.pipelines as Pipelines, limits: () => LIMITS, log: createLog('test', 'silent'),
  });

  frame(): string {
    const batchId = randomUUID();
    this.waiting.push({ batchId, placement: 'spread', alone: false, frames: [{ frameId: randomUUID(), tag: 'tag' }] });
    return batchId;
  }
}

/** Until nothing is left to do but wait for time to pass. */
const rested = async (): Promise<void> => { await vi.advanceTimersByTimeAsync(0); };

let plant: Plant;
const begin = async (set: (plant: Plant) => void = () => {}): Promise<Plant> => {
  vi.useFakeTimers();
  plant = new Plant();
  set(plant);
  plant.dispatcher.start();
  await rested();
  return plant;
};
afterEach(async () => {
  await plant.dispatcher.stop();
  vi.useRealTimers();
});

const POLL_MS = 1_000;

describe('the dispatcher', () => {
  it('starts all that waits, in the order of claiming, and marks it started', async () => {
    const ids: string[] = [];
    await begin((fresh) => { for (let n = 0; n < 20; n += 1) ids.push(fresh.frame()); });
    expect(plant.started).toEqual(ids);
    expect(plant.marked).toEqual(ids);
  });

  it('wakes when it is rung', async () => {
    await begin();
    const id = plant.frame();
    plant.dispatcher.ring();
    await rested();
    expect(plant.started).toEqual([id]);
  });

  it('looks again when it is rung while it claims', async () => {
    await begin((fresh) => {
      const { claim } = fresh.batches;
      fresh.batches.claim = async (limits) => {
        const batch = await claim(limits);
        if (fresh.claims === 1) {
          fresh.frame();
          fresh.dispatcher.ring();
        }
        return batch;
      };
    });
    expect(plant.started).toHaveLength(1);
  });

  it('finds by itself, a second later, what nobody rang for', async () => {
    await begin();
    const id = plant.frame();
    await vi.advanceTimersByTimeAsync(POLL_MS - 1);
    expect(plant.started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(plant.started).toEqual([id]);
  });

  it('rests between looks', async () => {
    await begin();
    const { claims } = plant;
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(plant.claims).toBe(claims + 10);
  });

  it('goes on when the ledger is away, at its own pace', async () => {
    await begin((fresh) => { fresh.failClaims = 3; fresh.frame(); });
    expect(plant.claims).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * POLL_MS);
    expect(plant.started).toHaveLength(1);
  });

  it('leaves a batch that would not start to the reconciler, and starts the next', async () => {
    let first = '';
    await begin((fresh) => {
      first = fresh.frame();
      fresh.frame();
      fresh.onStart = (batchId) => (batchId === first ? Promise.reject(new Failure('temporal_unavailable', 'away')) : Promise.resolve('run'));
    });
    expect(plant.started).toHaveLength(2);
    expect(plant.marked).toEqual([plant.started[1]]);
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect(plant.started).toHaveLength(2);
  });

  it('does not mark a batch started that ran and ended before', async () => {
    await begin((fresh) => { fresh.frame(); fresh.onStart = async () => null; });
    expect([plant.started.length, plant.marked]).toEqual([1, []]);
  });

  it('has eight starts under way at most', async () => {
    const gates: (() => void)[] = [];
    await begin((fresh) => {
      for (let n = 0; n < 12; n += 1) fresh.frame();
      fresh.onStart = () => new Promise((started) => { gates.push(() => started('run')); });
    });
    expect(plant.started).toHaveLength(8);
    gates.shift()?.();
    await rested();
    expect(plant.started).toHaveLength(9);
    while (gates.length > 0) {
      gates.shift()?.();
      await rested();
    }
    expect(plant.marked).toHaveLength(12);
  });
});

describe('a dispatcher that is told to stop', () => {
  it('claims nothing more, whoever rings', async () => {
    await begin();
    await plant.dispatcher.stop();
    plant.frame();
    plant.dispatcher.ring();
    await vi.advanceTimersByTimeAsync(10 * POLL_MS);
    expect([plant.started, plant.waiting.length]).toEqual([[], 1]);
  });

  it('has its starts under way marked before it is stopped', async () => {
    let goOn: () => void = () => {};
    await begin((fresh) => { fresh.frame(); fresh.onStart = () => new Promise((started) => { goOn = () => started('run'); }); });
    let stopped = false;
    const stopping = plant.dispatcher.stop().then(() => { stopped = true; });
    await rested();
    expect(stopped).toBe(false);
    goOn();
    await stopping;
    expect(plant.marked).toEqual(plant.started);
  });
});
