/** Quiet hours, as people write them. */
import { Type } from 'typebox';
import { DEFAULT_BREAK_THROUGH, MAX_QUIET_WINDOWS } from '../../contracts/quiet-hours.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { Text, list, oneOf, strict } from './primitives.ts';

/** Shape only: whether there is such an hour is said in words that tell what to write. */
const clock = (description: string, example: string) => Type.String({ description, pattern: '^\\d{1,2}:\\d{2}$', examples: [example] });

const window = Type.Object({
  days: Type.Optional(list(Text('`mon` to `sun`, or `weekdays`, `weekend`.', 20), { description: 'On which it begins; left out: every day.', maxItems: 7 })),
  from: clock('By the clock of the zone.', '22:00'),
  to: clock('Of the next day, unless it lies after `from`; `24:00` is the end of the day.', '07:00'),
}, strict);
const fields = {
  timeZone: Text('IANA name, such as `Europe/Berlin`: where the person is, not the camera.', 100),
  windows: list(window, { minItems: 1, maxItems: MAX_QUIET_WINDOWS }),
};
const breakThrough = oneOf(SEVERITIES, `What is at least as severe is told all the same; \`${DEFAULT_BREAK_THROUGH}\` when left out.`);

const description = 'When it is not told: what is held back comes in a digest afterwards.';
export const QuietHoursBody = Type.Object({ ...fields, breakThrough: Type.Optional(breakThrough) }, { ...strict, description });
/** A window as it is shown has `mon` to `sun` only. */
export const QuietHoursShape = Type.Object({ ...fields, breakThrough: Type.Optional(breakThrough) }, { description });
