/** Counts, sizes, names and motion of `objects` conditions: those that no frame can fulfil. */
import { percentText } from '../probability.ts';
import type { CheckSubject } from './check-subject.ts';
import { impossibilityOf } from './impossible-objects.ts';

export function checkLimits(subject: CheckSubject): void {
  for (const node of subject.conditionsOf('objects')) {
    const impossible = impossibilityOf(node);
    if (impossible !== null) {
      subject.say(impossible.code, node, impossible.message);
    } else if (node.minSize !== null && node.maxSize !== null && node.maxSize < node.minSize) {
      subject.say('size_impossible', node, `No box is at least ${percentText(node.minSize)} and at most ${percentText(node.maxSize)} of the picture; swap the two, or take one out.`);
    } else if (node.motion === 'departure' && node.atLeast === 0) {
      subject.say('departure_misused', node, 'Something leaves on single frames only, so "no departure" holds on nearly every frame; ask for at least 1, or for no object at all.');
    }
  }
}
