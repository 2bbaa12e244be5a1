/** Conditions that can never hold together: windows that never meet, "none" of what always is, a count that must be reached and must not. */
import type { Condition } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { childrenOf } from './condition-tree.ts';
import type { Contradiction } from './contradiction.ts';
import { impossibilityOf } from './impossible-objects.ts';
import { objectWords } from './object-words.ts';
import { possibilitiesOf } from './possibility.ts';
import type { Possibilities } from './possibility.ts';
import { NEVER } from './week.ts';

export function checkPossibility(subject: CheckSubject): void {
  const possibilities = possibilitiesOf(subject.root, (node) => node.kind === 'when' || impossibilityOf(node) === null);
  for (const node of subject.conditions) {
    const possibility = possibilities.get(node);
    if (possibility?.contradiction) sayContradiction(subject, node, possibility.contradiction);
    else if (possibility?.may === NEVER && isOwnFault(node, possibilities)) sayNever(subject, node);
  }
}

/** Above a condition that can never hold, others cannot either; only the lowest one is worth a word. */
const isOwnFault = (node: Condition, possibilities: Possibilities): boolean =>
  node.kind === 'none-of' || (node.kind === 'all-of' && childrenOf(node).every((child) => possibilities.get(child)?.may !== NEVER));

function sayNever(subject: CheckSubject, node: Condition): void {
  if (node.kind === 'none-of') {
    subject.say('condition_impossible', node, 'What stands under "none" always holds, so this never does; take it out, or give it limits.');
  } else {
    subject.say('windows_never_meet', node, 'The time windows that must hold together never meet; widen one, or write "any" where one of them is enough.');
  }
}

function sayContradiction(subject: CheckSubject, node: Condition, { cover, reached, notPassed }: Contradiction): void {
  const words = `${JSON.stringify(objectWords(reached))} and ${JSON.stringify(objectWords(notPassed))}`;
  if (cover === 'certain') {
    subject.say('conditions_contradict', node, `No frame can be both ${words}, whatever it shows; take one out, or narrow what must not be there.`);
  } else {
    subject.say('conditions_doubtful', node, `No frame can be both ${words}, unless the rule is assigned to other zones; name the zones of both.`);
  }
}
