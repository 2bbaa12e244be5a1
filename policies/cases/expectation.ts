/** Whether the matches of a case are the expected ones, and in words what is different. */
import { durationText } from '../language/read-duration.ts';
import type { Expectation, Range } from './case-file.ts';

/** Null when they are. */
export function faultOf(expected: Expectation, matchesMs: readonly number[], frames: number): string | null {
  return isMet(expected, matchesMs, frames) ? null : `Expected ${expectationWords(expected)}; ${matchWords(matchesMs, frames)}.`;
}

function isMet(expected: Expectation, matchesMs: readonly number[], frames: number): boolean {
  switch (expected.kind) {
    case 'never':
      return matchesMs.length === 0;
    case 'every-frame':
      return matchesMs.length === frames;
    case 'exactly-at':
      return matchesMs.length === expected.timesMs.length && matchesMs.every((ms, index) => ms === expected.timesMs[index]);
    case 'within':
      return isIn(expected.firstMs, matchesMs[0]) && isIn(expected.lastMs, matchesMs.at(-1)) && isIn(expected.matches, matchesMs.length);
  }
}

/** `value` is undefined where nothing matched. */
const isIn = (range: Range | null, value: number | undefined): boolean => range === null || (value !== undefined && value >= range.from && value <= range.to);

function expectationWords(expected: Expectation): string {
  switch (expected.kind) {
    case 'never':
      return 'no match';
    case 'every-frame':
      return 'a match on every frame';
    case 'exactly-at':
      return `matches at ${timesText(expected.timesMs)}`;
    case 'within': {
      const time = ({ from, to }: Range): string => (from === to ? `at ${durationText(from)}` : `from ${durationText(from)} to ${durationText(to)}`);
      return [
        ...(expected.firstMs === null ? [] : [`the first match ${time(expected.firstMs)}`]),
        ...(expected.lastMs === null ? [] : [`the last match ${time(expected.lastMs)}`]),
        ...(expected.matches === null ? [] : [countWords(expected.matches)]),
      ].join(', ');
    }
  }
}

function countWords({ from, to }: Range): string {
  if (from === to) return `${from} matches`;
  if (to === Number.POSITIVE_INFINITY) return `at least ${from} matches`;
  return from === 0 ? `at most ${to} matches` : `${from} to ${to} matches`;
}

function matchWords(matchesMs: readonly number[], frames: number): string {
  const [first] = matchesMs;
  if (first === undefined) return `none of ${frames} frames matched`;
  if (matchesMs.length <= MAX_TIMES) return `${matchesMs.length} of ${frames} frames matched, at ${timesText(matchesMs)}`;
  return `${matchesMs.length} of ${frames} frames matched, the first at ${durationText(first)}, the last at ${durationText(matchesMs.at(-1) ?? first)}`;
}

/** A list that can be taken in at a glance. */
const MAX_TIMES = 5;

const timesText = (timesMs: readonly number[]): string =>
  timesMs.length > MAX_TIMES ? `${timesMs.slice(0, MAX_TIMES).map(durationText).join(', ')} and ${timesMs.length - MAX_TIMES} more` : timesMs.map(durationText).join(', ');
