/** The canonical one-line text of a rule: what `parseOneLine` reads back into an equal rule. */
import { classAbove } from '../model.ts';
import type { Condition, Rule, Selector } from '../model.ts';
import { percentText } from '../probability.ts';
import { MAX_ONE_LINE_CHARACTERS } from './limits.ts';

/** Undefined for a rule that says more than one line can: a name, a severity, other conditions, or thresholds that differ between classes. */
export function printOneLine({ ruleId, name, severity, condition }: Rule): string | undefined {
  if (name !== null || severity !== null || condition.kind !== 'any-of') return undefined;
  const classes = condition.children.map(plainSelector).filter((selector) => selector !== undefined);
  const [first] = classes;
  if (first === undefined || classes.length < condition.children.length) return undefined;
  if (!classes.every(({ comparison, threshold }) => comparison === first.comparison && threshold === first.threshold)) return undefined;
  const names = classes.map((selector) => selector.name);
  // The reader keeps one of two, so the rule would not come back as it was.
  if (new Set(names).size < names.length) return undefined;
  const text = `RuleID: ${ruleId} | Unsafe Class: ${names.join(', ')} | ALL with probability${first.comparison}${percentText(first.threshold)}`;
  return text.length > MAX_ONE_LINE_CHARACTERS ? undefined : text;
}

/** Of a condition that asks for one class and nothing else. */
function plainSelector(condition: Condition): Selector | undefined {
  if (condition.kind !== 'objects' || condition.select.length !== 1) return undefined;
  const [selector] = condition.select;
  return selector !== undefined && JSON.stringify(condition) === JSON.stringify(classAbove(selector.name, selector.comparison, selector.threshold)) ? selector : undefined;
}
