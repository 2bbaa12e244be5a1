import { expect, it } from 'vitest';
import { table } from '../../cli/table.ts';
import { bytes, duration, share } from '../../cli/wording.ts';

it('aligns text to the left, numbers to the right, and leaves no blanks at the end', () => {
  expect(table([['a', 5, 'x'], ['long', 1234, '']], ['name', 'n', 'last'])).toEqual(['name     n  last', 'a        5  x', 'long  1234  -']);
});

it('shows a dash for what is not there', () => {
  expect(table([[null, undefined, 0]])).toEqual(['-  -  0']);
});

it('keeps control characters and direction marks from the terminal', () => {
  expect(table([['a\u001b[31mb\nc\u202ed', 'x']])).toEqual(['a [31mb c d  x']);
});

it('makes nothing out of nothing', () => {
  expect(table([], ['heading'])).toEqual([]);
});

it('writes amounts as people do', () => {
  expect([0, 999, 1_000, 123_456, 20e9].map(bytes)).toEqual(['0 B', '999 B', '1.0 kB', '123 kB', '20.0 GB']);
  expect([0, 999.4, 1_000, 119_000, 180_000, 7_200_000].map(duration)).toEqual(['0 ms', '999 ms', '1.0 s', '119.0 s', '3 min', '2 h']);
});

it('cuts probabilities, so that what is below a threshold never looks like it', () => {
  expect([0.799, 0.8, 1].map(share)).toEqual(['79 %', '80 %', '100 %']);
});
