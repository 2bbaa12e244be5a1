import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchingDeaths } from '../../activities/death-watch.ts';
import type { StageInput, StageResult } from '../../contracts/pipeline.ts';

// Beats come when the test says so, and those of a try that never ends not at all.
beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const HEARTBEAT_MS = 9_000;

/** One stage, tried by hand: each try gets what the one before left behind, as a server would hand it on. */
class Tries {
  readonly beats: unknown[] = [];
  worked = 0;
  #attempt = 0;
  readonly #input: StageInput;
  /** Positions whose outcome an earlier try wrote down. */
  readonly #stored: readonly number[];

  constructor(positions: readonly number[], stored: readonly number[] = []) {
    this.#input = { batchId: 'batch', positions };
    this.#stored = stored;
  }

  async next(stage: () => Promise<StageResult>): Promise<StageResult> {
    this.#attempt += 1;
    const environment = new MockActivityEnvironment({ attempt: this.#attempt, heartbeatDetails: this.beats.at(-1) }, { logger: new DefaultLogger('ERROR') });
    const unfinished = async ({ positions }: StageInput) => positions.filter((position) => !this.#stored.includes(position));
    environment.on('heartbeat', (details) => this.beats.push(structuredClone(details)));
    return environment.run(() => watchingDeaths<StageResult>(this.#input, HEARTBEAT_MS, { exceptions: [] }, unfinished, async () => {
      this.worked += 1;
      return stage();
    }));
  }

  /** A try whose worker dies: it begins, is heard of, and never ends. */
  async die(): Promise<void> {
    await new Promise<void>((begun) => { void this.next(async () => { begun(); return new Promise(() => {}); }); });
  }

  /** A try whose worker dies before its first beat is heard. */
  async dieUnheard(): Promise<void> {
    const heard = this.beats.length;
    await this.die();
    this.beats.length = heard;
  }

  operatorResetsCount(): void {
    this.#attempt = 0;
  }
}

const went = async (): Promise<StageResult> => ({ exceptions: [{ position: 0, outcome: 'refused', code: 'image_void' }] });
const failed = [{ position: 0, outcome: 'failed', code: 'worker_died' }];

describe('a watched stage', () => {
  it('answers what the stage answers', async () => {
    expect(await new Tries([0]).next(went)).toEqual(await went());
  });

  it('ends with the error that the stage ends with', async () => {
    await expect(new Tries([0]).next(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('beats thrice per timeout for as long as the stage runs, and no longer', async () => {
    const tries = new Tries([0]);
    await tries.next(async () => {
      await vi.advanceTimersByTimeAsync(2 * HEARTBEAT_MS);
      return { exceptions: [] };
    });
    expect(tries.beats).toHaveLength(1 + 2 * 3);
    await vi.advanceTimersByTimeAsync(2 * HEARTBEAT_MS);
    expect(tries.beats).toHaveLength(1 + 2 * 3);
  });
});

describe('after a death', () => {
  it('a frame alone is tried once more', async () => {
    const tries = new Tries([0]);
    await tries.die();
    expect(await tries.next(went)).toEqual(await went());
  });

  it('a frame alone in two is failed and not touched again', async () => {
    const tries = new Tries([0]);
    await tries.die();
    await tries.die();
    expect(await tries.next(went)).toEqual({ exceptions: failed });
    expect(tries.worked).toBe(2);
  });

  it('it counts half when nobody heard a beat, because the task may never have reached its worker', async () => {
    const tries = new Tries([0]);
    for (let n = 0; n < 3; n += 1) await tries.dieUnheard();
    expect(await tries.next(went)).toEqual(await went());
    const worse = new Tries([0]);
    for (let n = 0; n < 4; n += 1) await worse.dieUnheard();
    expect(await worse.next(went)).toEqual({ exceptions: failed });
  });

  it('a frame keeps the outcome that a try wrote down which was only not heard any more', async () => {
    const alone = new Tries([0], [0]);
    await alone.die();
    await alone.die();
    expect(await alone.next(went)).toEqual(await went());
    const shared = new Tries([1, 4], [1]);
    await shared.die();
    expect(await shared.next(async () => ({ exceptions: [] }))).toEqual({ exceptions: [{ position: 4, outcome: 'retry', code: 'worker_died' }] });
  });

  it('frames that shared a batch go back to run alone, and what is asked for beside exceptions is empty', async () => {
    const tries = new Tries([1, 4]);
    await tries.die();
    expect(await tries.next(went)).toEqual({ exceptions: [1, 4].map((position) => ({ position, outcome: 'retry', code: 'worker_died' })) });
    expect(tries.worked).toBe(1);
  });

  it('an operator who sets the count of tries back does not bring it back to life', async () => {
    const tries = new Tries([0]);
    await tries.die();
    tries.operatorResetsCount();
    await tries.die();
    expect(await tries.next(went)).toEqual({ exceptions: failed });
  });
});

describe('an error that ends a try', () => {
  const outage = (): Promise<StageResult> => Promise.reject(new Error('away'));

  it('is no death, however often', async () => {
    const tries = new Tries([0, 1]);
    for (let n = 0; n < 3; n += 1) await expect(tries.next(outage)).rejects.toThrow('away');
    expect(await tries.next(went)).toEqual(await went());
  });

  it('keeps the count of deaths as it was', async () => {
    const tries = new Tries([0]);
    await tries.die();
    await expect(tries.next(outage)).rejects.toThrow('away');
    await tries.die();
    expect(await tries.next(went)).toEqual({ exceptions: failed });
  });
});
