/** What a rule asks for against what the models can see: a class that no model knows makes a rule that is silent for ever. */
import type { ClassMention } from '../language/parsed-rule.ts';
import { quoted } from '../language/problems.ts';
import type { ProblemList } from '../language/problems.ts';
import type { CheckSubject } from './check-subject.ts';
import { ModelReach } from './model-reach.ts';
import { isManyClasses } from './name-cover.ts';
import { nearestName } from '../nearest-name.ts';

export const checkMentions = ({ mentions, reach, problems }: CheckSubject): void => warnOfUnknownClasses(mentions, reach, problems);

/** None at all where there are no models. Takes the mentions of rules with errors, too. */
export function warnOfUnknownClasses(mentions: readonly ClassMention[], reach: ModelReach, problems: ProblemList): void {
  for (const mention of reach.isEmpty ? [] : mentions) {
    if (reach.knows(mention.label)) continue;
    // Looking for what was meant compares with every label, which must not be done for more mentions than are reported.
    if (problems.isFull('warning')) break;
    problems.add('class_unknown', mention.offset, messageFor(mention, reach));
  }
}

function messageFor(mention: ClassMention, reach: ModelReach): string {
  if (isManyClasses(mention.label)) return `${described(mention)} is a group of which ${reach.names} knows no class, so it can never match there; take it out, or use a model that has some of it.`;
  return `${described(mention)} is no class of ${reach.names}, so it can never match there; ${mendFor(mention.label, reach.classes)}`;
}

function described({ written, label }: ClassMention): string {
  const sameWord = written.toLowerCase() === label;
  return sameWord ? quoted(written) : `${quoted(written)} (read as ${quoted(label)})`;
}

function mendFor(label: string, known: readonly string[]): string {
  if (/ (and|or) |[/&;+]/.test(label)) return 'put a comma between classes.';
  const nearest = nearestName(label, known);
  return nearest === undefined ? 'take it out, or use a model that has it.' : `did you mean ${quoted(nearest)}?`;
}
