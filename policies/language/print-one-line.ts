/** The canonical one-line text of a rule: what `parseOneLine` reads back into an equal rule. */
import type { ClassAbove, Condition, Rule } from '../model.ts';
import { percentText } from '../probability.ts';

/** Undefined for a rule that says more than one line can: other conditions, or thresholds that differ between classes. */
export function printOneLine({ ruleId, condition }: Rule): string | undefined {
  const classes = condition.kind === 'any-of' ? condition.children.filter(isClassAbove) : [];
  const [first] = classes;
  if (first === undefined || condition.kind !== 'any-of' || classes.length < condition.children.length) return undefined;
  if (!classes.every(({ comparison, threshold }) => comparison === first.comparison && threshold === first.threshold)) return undefined;
  const labels = classes.map(({ label }) => label).join(', ');
  return `RuleID: ${ruleId} | Unsafe Class: ${labels} | ALL with probability${first.comparison}${percentText(first.threshold)}`;
}

const isClassAbove = (condition: Condition): condition is ClassAbove => condition.kind === 'class-above';
