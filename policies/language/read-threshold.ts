/** A comparison with a probability: `> 80%`. Both forms of a rule write it alike. */
import type { Comparison } from '../model.ts';
import { MAX_DECIMALS, percentText } from '../probability.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { shareOf } from './read-share.ts';
import type { ShareFault } from './read-share.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

export interface Threshold {
  readonly comparison: Comparison;
  readonly probability: number;
}

const OPERATOR = /^\s*([<>=≥≤]\s*[<>=]?)/;
const NUMBER = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)/;

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([['>', '>'], ['>=', '>='], ['≥', '>=']]);

/**
 * Undefined when something is wrong, which then stands in `problems`. `mend` says how to write it where the comparison is
 * missing; null: a number alone means at least that much.
 */
export function readThreshold(part: Span, mend: string | null, problems: ProblemList): Threshold | undefined {
  const operator = OPERATOR.exec(part.text);
  if (operator === null && mend !== null) {
    problems.add('condition_malformed', startOf(part), `Expected > or >= instead of ${found(part)}; ${mend}.`);
    return undefined;
  }
  const comparison = operator === null ? '>=' : readComparison(operator[1] ?? '', startOf(part), problems);
  if (comparison === undefined) return undefined;
  const number = after(part, operator?.[0].length ?? 0);
  const numberAt = startOf(number);
  const [matched = '', digits, percentSign] = NUMBER.exec(number.text) ?? [];
  if (digits === undefined) {
    problems.add('threshold_malformed', numberAt, `Expected a number such as 80% instead of ${found(number)}.`);
    return undefined;
  }
  const rest = after(number, matched.length);
  if (rest.text.trim() !== '') {
    const ending = mend === null ? 'nothing may stand after the number' : 'the rule ends after the number, and another rule needs a text of its own';
    problems.add('threshold_malformed', startOf(rest), `Unexpected ${found(rest)}; ${rest.text.startsWith(',') ? 'decimals have a point, such as 80.5%' : ending}.`);
    return undefined;
  }
  const probability = readProbability(digits, percentSign === '%', numberAt, problems);
  if (probability === 1 && comparison === '>') {
    problems.add('rule_never_matches', numberAt, 'No probability is above 100%, so this can never match; did you mean >=100%?');
    return undefined;
  }
  return probability === undefined ? undefined : { comparison, probability };
}

function readComparison(written: string, at: number, problems: ProblemList): Comparison | undefined {
  const operator = written.replace(/\s/g, '');
  const comparison = COMPARISONS.get(operator);
  if (comparison === undefined) {
    const mend = operator === '=>' || operator === '=' || operator === '==' ? 'did you mean >=?' : 'a rule names what is unsafe when it is above a threshold.';
    problems.add('comparison_unsupported', at, `Only > and >= are known, not ${operator}; ${mend}`);
  }
  return comparison;
}

const FAULTS: Readonly<Record<ShareFault, readonly [code: 'threshold_ambiguous' | 'threshold_out_of_range' | 'threshold_too_fine', message: (digits: string) => string]>> = {
  ambiguous: ['threshold_ambiguous', (digits) => `${digits} may be 1% or 100%; write the % sign.`],
  'out-of-range': ['threshold_out_of_range', (digits) => `A probability is at most 100%, and ${quoted(digits)} is more; did you mean 80%?`],
  'too-fine': ['threshold_too_fine', () => `Write at most ${MAX_DECIMALS - 2} decimals of a percent; finer says nothing about a probability.`],
};

function readProbability(digits: string, isPercent: boolean, at: number, problems: ProblemList): number | undefined {
  const share = shareOf(digits, isPercent);
  if (typeof share !== 'number') {
    const [code, message] = FAULTS[share];
    problems.add(code, at, message(digits));
    return undefined;
  }
  if (isPercent && share > 0 && share < 0.01) {
    problems.add('threshold_tiny', at, `${digits}% is less than one percent and matches nearly everything; did you mean ${percentText(Number(digits))}?`);
  }
  return share;
}

const after = ({ text, offset }: Span, length: number): Span => ({ text: text.slice(length), offset: offset + length });

const found = ({ text }: Span): string => (text.trim() === '' ? 'the end' : quoted(text));
