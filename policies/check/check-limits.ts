/** What `objects` conditions ask for that no frame can show, or that hardly any object does. */
import { SCENE_SETTINGS } from '../memory/scene-settings.ts';
import type { CheckSubject } from './check-subject.ts';
import { impossibilityOf } from './impossible-objects.ts';

export function checkLimits(subject: CheckSubject): void {
  for (const node of subject.conditionsOf('objects')) {
    const impossible = impossibilityOf(node);
    if (impossible !== null) {
      subject.say(impossible.code, node, impossible.message);
    } else if (node.motion === 'departure' && node.atLeast === 0) {
      subject.say('departure_misused', node, 'Something leaves on single frames only, so "no departure" holds on nearly every frame; ask for at least 1, or for no object at all.');
    } else if (node.motion === 'arrival' && node.dwellMs > SCENE_SETTINGS.settleMs) {
      const settleSeconds = SCENE_SETTINGS.settleMs / 1000;
      subject.say('arrival_outlasted', node, `What comes to rest is an arrival for ${settleSeconds} s, so only what keeps moving is one for longer; ask for a dwell of less than ${settleSeconds} s, or for no arrival.`);
    }
  }
}
