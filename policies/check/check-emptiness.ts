/** A rule that holds whenever nothing at all is in view, at every hour: most often a "none" or "at most" that was to stand beside something else. */
import type { Condition } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { hoursOf } from './hours.ts';
import type { Hours } from './hours.ts';
import { ALWAYS, NEVER } from './week.ts';

export function checkEmptiness(subject: CheckSubject): void {
  // What is refused anyway is to be mended first; what it matches then is another question.
  if (subject.problems.hasErrors || onEmptyFrames(subject.root).must !== ALWAYS) return;
  subject.say('matches_when_empty', subject.root, 'This rule matches on every frame that shows nothing, day and night; add a time window, or say what must be seen.');
}

/** When it may and when it must hold after a while without any object in view. */
function onEmptyFrames(node: Condition): Hours {
  switch (node.kind) {
    case 'objects':
      return node.atLeast === 0 ? { may: ALWAYS, must: ALWAYS } : { may: NEVER, must: NEVER };
    case 'frames':
      return onEmptyFrames(node.child);
    case 'when':
      return { may: ALWAYS, must: NEVER };
    default:
      return hoursOf(node, onEmptyFrames);
  }
}
