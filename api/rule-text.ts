/** From the text of a rule to what is kept of it, held against the detectors that are at work. */
import { modelsOfDevices } from '../adapters/postgres/models.ts';
import { listWorkers } from '../adapters/postgres/plant-status.ts';
import type { Queryable } from '../adapters/postgres/pool.ts';
import { Failure } from '../contracts/failures.ts';
import type { RuleProblem } from '../contracts/rule.ts';
import { checkClasses } from '../policies/check/check-classes.ts';
import type { ModelLabels } from '../policies/check/check-classes.ts';
import type { Rule } from '../policies/model.ts';
import { parseOneLine } from '../policies/language/parse-one-line.ts';
import { RuleRefused } from './problems.ts';

export interface ReadRule {
  /** Null exactly when one of the problems is an error. */
  readonly rule: Rule | null;
  readonly problems: readonly RuleProblem[];
}

/** Every label that a detector at work or a model that some device names can say; where no detector is at work, those of the default one. */
export async function labelsInUse(db: Queryable, defaultModel: ModelLabels): Promise<readonly ModelLabels[]> {
  const atWork = new Map((await listWorkers(db)).flatMap(({ detector }) => (detector === null ? [] : [[detector.name, detector] as const])));
  return [...(atWork.size === 0 ? [defaultModel] : atWork.values()), ...await modelsOfDevices(db)];
}

export function readRuleText(text: string, models: readonly ModelLabels[]): ReadRule {
  const parsed = parseOneLine(text);
  return { rule: parsed.rule, problems: [...parsed.problems, ...checkClasses(parsed, models)] };
}

/** What may be saved under `ruleId`. Throws `rule_malformed` with all problems. */
export function requireRule(ruleId: string, text: string, models: readonly ModelLabels[]): { rule: Rule; warnings: readonly RuleProblem[] } {
  const { rule, problems } = readRuleText(text, models);
  if (rule === null) throw new RuleRefused(problems);
  if (rule.ruleId !== ruleId) throw new Failure('request_malformed', `the text says RuleID ${rule.ruleId}, the path says ${ruleId}`);
  return { rule, warnings: problems };
}
