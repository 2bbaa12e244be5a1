import { expect, it } from 'vitest';
import { PARTS, readOptions } from '../../bench/pipeline/options.ts';

it('runs every part unless told otherwise', () => {
  expect(readOptions([])).toMatchObject({ short: false, jsonPath: undefined, parts: new Set(PARTS) });
});

it('leaves out in a short run what takes long, unless it is asked for', () => {
  expect(readOptions(['--short']).parts).toEqual(new Set(['saturated', 'acceptance']));
  expect(readOptions(['--short', '--only', 'alert-latency, null-detector', '--json', 'out.json']))
    .toMatchObject({ short: true, jsonPath: 'out.json', parts: new Set(['alert-latency', 'null-detector']) });
});

it('takes less time for each part in a short run', () => {
  const [full, short] = [readOptions([]).lengths, readOptions(['--short']).lengths];
  for (const name of ['bareSeconds', 'warmUpSeconds', 'windowSeconds', 'floodSeconds', 'alertSeconds'] as const) expect(short[name]).toBeLessThan(full[name]);
});

it('refuses what it does not know', () => {
  expect(() => readOptions(['--only', 'latency'])).toThrow('no part of the bench is called latency; there are saturated');
  expect(() => readOptions(['--fast'])).toThrow(/--fast/);
  expect(() => readOptions(['5'])).toThrow();
});
