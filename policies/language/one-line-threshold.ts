/** The last part of the one-line form: `ALL with probability>80%`. */
import type { Comparison } from '../model.ts';
import { fromPercent, hasFewDecimals, MAX_DECIMALS, percentText } from '../probability.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

export interface Threshold {
  readonly comparison: Comparison;
  readonly probability: number;
}

const QUANTIFIER = /\s*(?:all|any)\b/iy;
const PROBABILITY = /\s*(?:with\b\s*)?probability\b/iy;
const OPERATOR = /\s*([<>=≥≤]\s*[<>=]?)/y;
const NUMBER = /\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)/y;

const COMPARISONS: ReadonlyMap<string, Comparison> = new Map([['>', '>'], ['>=', '>='], ['≥', '>=']]);

/** Undefined when something is wrong, which then stands in `problems`. */
export function readThreshold(part: Span, problems: ProblemList): Threshold | undefined {
  let at = 0;
  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const match = token.exec(part.text);
    if (match !== null) at += match[0].length;
    return match;
  };
  const rest = (): Span => ({ text: part.text.slice(at), offset: part.offset + at });
  const here = () => startOf(rest());
  const found = () => (rest().text.trim() === '' ? 'the end' : quoted(rest().text));

  if (take(QUANTIFIER) === null) {
    problems.add('condition_malformed', here(), `Expected ALL instead of ${found()}; write ALL with probability>80%.`);
    return undefined;
  }
  if (take(PROBABILITY) === null) {
    problems.add('condition_malformed', here(), `Expected "with probability" instead of ${found()}; write ALL with probability>80%.`);
    return undefined;
  }
  const operatorAt = here();
  const operator = take(OPERATOR)?.[1]?.replace(/\s/g, '');
  if (operator === undefined) {
    problems.add('condition_malformed', operatorAt, `Expected > or >= instead of ${found()}; write ALL with probability>80%.`);
    return undefined;
  }
  const comparison = COMPARISONS.get(operator);
  if (comparison === undefined) {
    const mend = operator === '=>' || operator === '=' || operator === '==' ? 'did you mean >=?' : 'a rule names what is unsafe when it is above a threshold.';
    problems.add('comparison_unsupported', operatorAt, `Only > and >= are known, not ${operator}; ${mend}`);
    return undefined;
  }
  const numberAt = here();
  const [, digits, percentSign] = take(NUMBER) ?? [];
  if (digits === undefined) {
    problems.add('threshold_malformed', numberAt, `Expected a number such as 80% instead of ${found()}.`);
    return undefined;
  }
  if (rest().text.trim() !== '') {
    const decimalComma = rest().text.startsWith(',');
    const mend = decimalComma ? 'decimals have a point, such as 80.5%' : 'the rule ends after the number, and another rule needs a text of its own';
    problems.add('threshold_malformed', here(), `Unexpected ${found()}; ${mend}.`);
    return undefined;
  }
  const probability = probabilityOf(digits, percentSign === '%', numberAt, problems);
  if (probability === undefined) return undefined;
  if (probability === 1 && comparison === '>') {
    problems.add('rule_never_matches', numberAt, 'No probability is above 100%, so this rule can never match; did you mean >=100%?');
    return undefined;
  }
  return { comparison, probability };
}

/** Without a %, a number below 1 is a fraction and a number above 1 is percent; exactly 1 could be either. */
function probabilityOf(digits: string, isPercent: boolean, at: number, problems: ProblemList): number | undefined {
  const number = Number(digits);
  if (!isPercent && number === 1) {
    problems.add('threshold_ambiguous', at, `${digits} may be 1% or 100%; write the % sign.`);
    return undefined;
  }
  const probability = isPercent || number > 1 ? fromPercent(digits) : number;
  if (probability > 1) {
    problems.add('threshold_out_of_range', at, `A probability is at most 100%, and ${quoted(digits)} is more; did you mean 80%?`);
    return undefined;
  }
  if (!hasFewDecimals(probability)) {
    problems.add('threshold_too_fine', at, `Write at most ${MAX_DECIMALS - 2} decimals of a percent; finer says nothing about a probability.`);
    return undefined;
  }
  if (isPercent && probability > 0 && probability < 0.01) {
    const mend = percentText(Number(digits));
    problems.add('threshold_tiny', at, `${digits}% is less than one percent and matches nearly everything; did you mean ${mend}?`);
  }
  return probability;
}
