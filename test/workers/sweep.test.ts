import { expect, it } from 'vitest';
import { Failure } from '../../contracts/failures.ts';
import { createLog } from '../../workers/log.ts';
import { sweep } from '../../workers/sweep.ts';

const log = createLog('test', 'silent');

it('an incident that cannot be rung keeps no other from being rung', async () => {
  const rung: string[] = [];
  await sweep({
    overdue: async () => ['full of signals', 'next', 'last'], log,
    doorbell: {
      async ring(id) {
        if (id === 'full of signals') throw new Failure('temporal_unavailable', 'it has had ten thousand signals');
        rung.push(id);
      },
    },
  });
  expect(rung).toEqual(['next', 'last']);
});

it('rings that get no answer are waited for together', async () => {
  const waiting: (() => void)[] = [];
  const swept = sweep({
    overdue: async () => ['a', 'b', 'c'], log,
    doorbell: { ring: () => new Promise((_, reject) => { waiting.push(() => reject(new Failure('temporal_unavailable', 'no answer'))); }) },
  });
  await Promise.resolve();
  expect(waiting).toHaveLength(3);
  for (const giveUp of waiting) giveUp();
  await swept;
});
