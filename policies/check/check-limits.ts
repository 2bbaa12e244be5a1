/** What `objects` conditions ask for that no frame can show. */
import type { CheckSubject } from './check-subject.ts';
import { impossibilityOf } from './impossible-objects.ts';

export function checkLimits(subject: CheckSubject): void {
  for (const node of subject.conditionsOf('objects')) {
    const impossible = impossibilityOf(node);
    if (impossible !== null) {
      subject.say(impossible.code, node, impossible.message);
    } else if (node.motion === 'departure' && node.atLeast === 0) {
      subject.say('departure_misused', node, 'Something leaves on single frames only, so "no departure" holds on nearly every frame; ask for at least 1, or for no object at all.');
    }
  }
}
