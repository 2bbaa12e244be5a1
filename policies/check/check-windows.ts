/** Time windows: those that nobody can read, those that are always open, and those that fall into an hour that the clocks jump over. */
import { clockText } from '../language/window-text.ts';
import type { During, Window } from '../model.ts';
import type { CheckSubject } from './check-subject.ts';
import { skippedStretches } from './clock-changes.ts';
import { ALWAYS, openMinutes } from './week.ts';

export function checkWindows(subject: CheckSubject): void {
  const timeZones = [...new Set(subject.devices.map(({ timeZone }) => timeZone))];
  for (const node of subject.conditionsOf('during')) {
    const ambiguous = node.windows.find(({ from, to }) => from === to);
    if (ambiguous !== undefined) {
      const clock = clockText(ambiguous.from);
      subject.problems.add('window_ambiguous', subject.placeOfWord(node, clock), `A window from ${clock} to ${clock} may be all day or never; write 00:00-24:00 for all day, or another end.`);
    } else if (openMinutes(node.windows) === ALWAYS) {
      subject.say('window_no_effect', node, 'These windows cover the whole week, so they change nothing; take them out, or narrow them.');
    }
    for (const window of node.windows) warnOfSkippedHour(subject, node, window, timeZones);
  }
}

function warnOfSkippedHour(subject: CheckSubject, node: During, window: Window, timeZones: readonly string[]): void {
  const { days, from, to } = window;
  // Whatever is longer than the widest change, two hours, sticks out of it.
  if (to <= from || to - from > 120) return;
  const zone = timeZones.find((timeZone) => skippedStretches(timeZone).some((skipped) => days.includes(skipped.day) && from >= skipped.from && to <= skipped.to));
  if (zone === undefined) return;
  subject.problems.add('window_skipped', subject.placeOfWord(node, clockText(from)),
    `On the day when summer time begins, the clocks in ${zone} jump over ${clockText(from)}-${clockText(to)}, so this window does not open then; begin earlier or end later.`);
}
