import { afterEach, describe, expect, it } from 'vitest';
import { ThreadPool } from '../../../adapters/threads/thread-pool.ts';
import type { FaultRequest } from './fault-thread.ts';

const threadFile = new URL('./fault-thread.ts', import.meta.url);
const pools: ThreadPool<FaultRequest, number>[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

async function openPool(options: { threads?: number; atOnce?: number; timeLimitMs?: number; setup?: unknown } = {}) {
  const pool = await ThreadPool.open<FaultRequest, number>({ name: 'faults', unavailable: 'detector_unavailable', threadFile, setup: {}, threads: 1, ...options });
  pools.push(pool);
  return pool;
}
const ask = (pool: ThreadPool<FaultRequest, number>, want: Exclude<FaultRequest['want'], 'echo'>) => pool.run(async () => ({ request: { want }, transfer: [] }));
const echo = (pool: ThreadPool<FaultRequest, number>, length: number) =>
  pool.run(async () => {
    const bytes = new Uint8Array(length);
    return { request: { want: 'echo', bytes }, transfer: [bytes.buffer] };
  });
const failure = (code: string, detail: RegExp) => expect.objectContaining({ name: 'Failure', code, detail: expect.stringMatching(detail) });

describe('a pool of threads', () => {
  it('answers each caller with what belongs to him, over several threads', async () => {
    const pool = await openPool({ threads: 2 });
    const lengths = Array.from({ length: 50 }, (_, i) => i + 1);
    expect(await Promise.all(lengths.map((length) => echo(pool, length)))).toEqual(lengths);
  });

  it('moves buffers to the thread instead of copying them', async () => {
    const pool = await openPool();
    const bytes = new Uint8Array(1000);
    expect(await pool.run(async () => ({ request: { want: 'echo', bytes }, transfer: [bytes.buffer] }))).toBe(1000);
    expect(bytes.length).toBe(0);
  });

  it('prepares no more requests than its threads will soon need', async () => {
    const pool = await openPool({ threads: 2 });
    let prepared = 0;
    let open = () => {};
    const gate = new Promise<void>((resolve) => (open = resolve));
    const answers = Array.from({ length: 40 }, () =>
      pool.run(async () => {
        prepared += 1;
        await gate;
        return { request: { want: 'echo', bytes: new Uint8Array(1) }, transfer: [] };
      }),
    );
    await new Promise((resolve) => setImmediate(resolve));
    expect(prepared).toBe(4);
    open();
    await Promise.all(answers);
    expect(prepared).toBe(40);
  });

  it('passes on what preparing a request throws, and goes on', async () => {
    const pool = await openPool();
    await expect(pool.run(async () => { throw new RangeError('not a picture'); })).rejects.toThrow(RangeError);
    expect(await echo(pool, 5)).toBe(5);
  });

  it('keeps its thread when the model fails on one request, and says which code that has', async () => {
    const pool = await openPool();
    await expect(ask(pool, 'failure')).rejects.toThrow(failure('detector_output_invalid', /^as asked$/));
    await expect(ask(pool, 'error')).rejects.toThrow(failure('detector_output_invalid', /TypeError: as asked/));
    expect(await echo(pool, 5)).toBe(5);
  });

  it.each([
    ['uncaught', /from nowhere/],
    ['exit', /exit code 3/],
  ] as const)('fails only the request on which a thread ends (%s), and serves the waiting ones with a new thread', async (want, detail) => {
    const pool = await openPool();
    const [broken, ...others] = await Promise.allSettled([ask(pool, want), echo(pool, 2), echo(pool, 3), echo(pool, 4)]);
    expect(broken).toMatchObject({ status: 'rejected', reason: failure('worker_died', detail) });
    expect(others.map((outcome) => outcome.status === 'fulfilled' && outcome.value)).toEqual([2, 3, 4]);
  });

  it('gives a thread several requests at once where it may have them, and finds the one on which it ends without blaming the others', async () => {
    const pool = await openPool({ atOnce: 4 });
    const waiting = Promise.allSettled([ask(pool, 'later'), ask(pool, 'exit'), ask(pool, 'later'), ask(pool, 'exit'), ask(pool, 'later')]);
    expect((await waiting).map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as { code: string }).code)))
      .toEqual([2, 'worker_died', 2, 'worker_died', 2]);
  });

  it('ends a thread that hangs', async () => {
    const pool = await openPool({ timeLimitMs: 300 });
    await expect(ask(pool, 'hang')).rejects.toThrow(failure('worker_died', /ended on this picture/));
    expect(await echo(pool, 5)).toBe(5);
  });

  it('survives many crashes in a row', async () => {
    const pool = await openPool({ threads: 2 });
    for (let round = 0; round < 5; round += 1) {
      const outcomes = await Promise.allSettled([ask(pool, 'exit'), echo(pool, 1), ask(pool, 'uncaught'), echo(pool, 2)]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled']);
    }
  });

  it('does not open when a thread cannot load its model', async () => {
    await expect(openPool({ setup: { refuses: true } })).rejects.toThrow(failure('detector_unavailable', /no such model/));
  });

  it('answers those who wait when a thread ends while it is being closed', async () => {
    const pool = await openPool();
    const outcomes = Promise.allSettled([ask(pool, 'exit'), echo(pool, 2), echo(pool, 3)]);
    await pool.close();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
  });

  it('waits for what is under way when it is closed, and takes nothing after that', async () => {
    const pool = await openPool();
    const answers = Promise.all([echo(pool, 1), echo(pool, 2), echo(pool, 3), echo(pool, 4)]);
    const closed = pool.close();
    await expect(echo(pool, 5)).rejects.toThrow(failure('detector_unavailable', /being closed/));
    await closed;
    expect(await answers).toEqual([1, 2, 3, 4]);
  });
});
