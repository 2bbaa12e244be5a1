/** The last part of the one-line form: `ALL with probability>80%`. */
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { readThreshold } from './read-threshold.ts';
import type { Threshold } from './read-threshold.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

const QUANTIFIER = /^\s*(?:all|any)\b/i;
const PROBABILITY = /^\s*(?:with\b\s*)?probability\b/i;

const MEND = 'write ALL with probability>80%';

/** Undefined when something is wrong, which then stands in `problems`. */
export function readOneLineThreshold(part: Span, problems: ProblemList): Threshold | undefined {
  const probability = afterWord(part, QUANTIFIER, 'ALL', problems);
  const comparison = probability && afterWord(probability, PROBABILITY, '"with probability"', problems);
  return comparison && readThreshold(comparison, MEND, problems);
}

function afterWord(part: Span, word: RegExp, expected: string, problems: ProblemList): Span | undefined {
  const match = word.exec(part.text);
  if (match !== null) return { text: part.text.slice(match[0].length), offset: part.offset + match[0].length };
  problems.add('condition_malformed', startOf(part), `Expected ${expected} instead of ${part.text.trim() === '' ? 'the end' : quoted(part.text)}; ${MEND}.`);
  return undefined;
}
