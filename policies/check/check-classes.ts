/** What a rule asks for against what the models can see: a class that no model knows makes a rule that is silent for ever. */
import type { RuleProblem } from '../../contracts/rule.ts';
import { canonicalClass } from '../class-names.ts';
import { nearestClass } from './nearest-class.ts';
import type { ClassMention, ParsedRule } from '../language/parse-one-line.ts';
import { ProblemList, quoted } from '../language/problems.ts';

export interface ModelLabels {
  readonly name: string;
  readonly labels: readonly string[];
}

/**
 * Warnings for the classes that none of the models knows; none at all when no models are given. Takes rules with errors,
 * too, so that an admin sees everything at once.
 */
export function checkClasses({ source, mentions }: Pick<ParsedRule, 'source' | 'mentions'>, models: readonly ModelLabels[]): RuleProblem[] {
  const problems = new ProblemList(source);
  const known = new Set(models.flatMap(({ labels }) => labels.map(canonicalClass)));
  const names = models.map(({ name }) => name).join(', ');
  for (const mention of models.length === 0 ? [] : mentions) {
    if (known.has(mention.label)) continue;
    // Looking for what was meant compares with every label, which must not be done for more mentions than are reported.
    if (problems.isFull('warning')) break;
    problems.add('class_unknown', mention.offset, `${described(mention)} is no class of ${names}, so it can never match there; ${mendFor(mention.label, known)}`);
  }
  return problems.toArray();
}

function described({ written, label }: ClassMention): string {
  const sameWord = written.toLowerCase() === label;
  return sameWord ? quoted(written) : `${quoted(written)} (read as ${quoted(label)})`;
}

function mendFor(label: string, known: ReadonlySet<string>): string {
  if (/ (and|or) |[/&;+]/.test(label)) return 'put a comma between classes.';
  const nearest = nearestClass(label, [...known]);
  return nearest === undefined ? 'take it out, or use a model that has it.' : `did you mean ${quoted(nearest)}?`;
}
