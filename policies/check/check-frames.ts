/** "k of n frames": so few that it says nothing, and of things that are seen on one frame only. */
import type { Condition } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { childrenOf } from './condition-tree.ts';

export function checkFrames(subject: CheckSubject): void {
  for (const node of subject.conditionsOf('frames')) {
    const { atLeast, of, child } = node;
    if (atLeast <= 1) {
      subject.say('frames_no_effect', node, `It must hold on the frame of now anyway, so ${atLeast} of ${of} frames changes nothing; ask for 2 or more, or take it out.`);
    } else if (needsDeparture(child)) {
      subject.say('frames_of_departure', node, `A departure is told on one frame only, so ${atLeast} of ${of} frames would need ${atLeast} departures close together; take the frames out.`);
    }
  }
}

/** The condition holds on no frame without a departure. */
function needsDeparture(node: Condition): boolean {
  switch (node.kind) {
    case 'objects':
      return node.motion === 'departure' && node.atLeast > 0;
    case 'all-of':
      return node.children.some(needsDeparture);
    case 'any-of':
    case 'frames':
      return childrenOf(node).every(needsDeparture);
    default:
      return false;
  }
}
