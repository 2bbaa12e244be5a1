/** From the text of a rule to what is kept of it, held against the devices that it judges. */
import { Failure } from '../contracts/failures.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import { checkRule } from '../policies/check/check-rule.ts';
import type { Sights } from '../policies/check/check-rule.ts';
import type { ParsedRule } from '../policies/language/parsed-rule.ts';
import { readRule } from '../policies/language/read-rule.ts';
import type { Rule } from '../policies/model.ts';
import { RuleRefused } from './problems.ts';

export interface ReadText {
  /** Null exactly when one of the problems is an error. */
  readonly rule: Rule | null;
  /** In order of the text. */
  readonly problems: readonly RuleProblem[];
}

export const readRuleText = (text: string, sights: Sights): ReadText => heldAgainst(readRule(text), sights);

export function heldAgainst(parsed: ParsedRule, sights: Sights): ReadText {
  const problems = [...parsed.problems, ...checkRule(parsed, sights)].sort((a, b) => a.line - b.line || a.column - b.column);
  return { rule: problems.some(({ severity }) => severity === 'error') ? null : parsed.rule, problems };
}

/** What may be saved under `ruleId`. Throws `rule_malformed` with all problems. */
export function requireRule(ruleId: string, text: string, sights: Sights): { rule: Rule; warnings: readonly RuleProblem[] } {
  const { rule, problems } = readRuleText(text, sights);
  if (rule === null) throw new RuleRefused(problems);
  if (rule.ruleId !== ruleId) throw new Failure('request_malformed', `the text says RuleID ${rule.ruleId}, the path says ${ruleId}`);
  return { rule, warnings: problems };
}

/** As it is kept: a line break at its end is no change. What stands before it stays, so that positions are those of the text as sent. */
export const keptText = (text: string): string => text.trimEnd();
