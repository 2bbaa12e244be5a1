import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../workers/log.ts';
import { every } from '../../workers/periodic.ts';

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

const log = createLog('test', 'silent');
const INTERVAL_MS = 1_000;

describe('periodic work', () => {
  it('begins at once and comes again after every interval', async () => {
    let turns = 0;
    const work = every(INTERVAL_MS, 'count', log, async () => { turns += 1; });
    await vi.advanceTimersByTimeAsync(INTERVAL_MS - 1);
    expect(turns).toBe(1);
    await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(turns).toBe(4);
    await work.stop();
  });

  it('never runs twice at once, however long a turn takes', async () => {
    let begun = 0;
    const ends: (() => void)[] = [];
    const work = every(INTERVAL_MS, 'slow', log, () => {
      begun += 1;
      return new Promise((end) => { ends.push(end); });
    });
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
    expect(begun).toBe(1);
    ends[0]?.();
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(begun).toBe(2);
    ends[1]?.();
    await work.stop();
  });

  it.each([['rejects', () => Promise.reject(new Error('no'))], ['throws', () => { throw new Error('no'); }]])('goes on after a turn that %s', async (_how, fail) => {
    let turns = 0;
    const work = every(INTERVAL_MS, 'fail', log, () => {
      turns += 1;
      return fail() as Promise<void>;
    });
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(turns).toBe(3);
    await work.stop();
  });

  it('is stopped once the turn under way is over, and does not come again', async () => {
    let turns = 0;
    let end: () => void = () => {};
    const work = every(INTERVAL_MS, 'slow', log, () => {
      turns += 1;
      return new Promise((ended) => { end = ended; });
    });
    let stopped = false;
    const stopping = work.stop().then(() => { stopped = true; });
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(stopped).toBe(false);
    end();
    await stopping;
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
    expect(turns).toBe(1);
  });
});
