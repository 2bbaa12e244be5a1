/** Quiet hours as options of a command take them and as tables show them. */
import type { ContactBody } from '../api/shapes/accounts.ts';
import type { Severity } from '../contracts/severity.ts';
import { ProblemList } from '../policies/language/problems.ts';
import { quietWindowText } from '../policies/language/read-quiet-hours.ts';
import { readWindow } from '../policies/language/read-window.ts';
import { usageError } from './command-error.ts';
import { given } from './given.ts';

export type QuietHoursText = NonNullable<ContactBody['quietHours']>;

/** Written as in a rule; one more with each time that the option is given. */
export function windowOption(text: string, before: QuietHoursText['windows'] = []): QuietHoursText['windows'] {
  const problems = new ProblemList(text);
  const window = readWindow({ text, offset: 0 }, problems);
  if (window === undefined) throw usageError(problems.toArray()[0]?.message ?? `${text} is no window`, 'Write --quiet "22:00-07:00" or --quiet "Sat, Sun 00:00-24:00".');
  return [...before, quietWindowText(window)];
}

/** Undefined without any. */
export function quietHoursOf({ quiet: windows, zone: timeZone, breakThrough }: {
  readonly quiet?: QuietHoursText['windows']; readonly zone?: string; readonly breakThrough?: Severity;
}): QuietHoursText | undefined {
  if (windows === undefined) {
    if (timeZone !== undefined || breakThrough !== undefined) throw usageError('--zone and --break-through say nothing without --quiet', 'Add --quiet "22:00-07:00", or leave them out.');
    return undefined;
  }
  if (timeZone === undefined) throw usageError('--quiet needs --zone', 'Say where the person is, such as --zone Europe/Berlin.');
  return { timeZone, windows, ...given({ breakThrough }) };
}

/** `22:00-07:00, sat sun 00:00-24:00 Europe/Berlin, but critical`. */
export const quietText = ({ timeZone, windows, breakThrough }: QuietHoursText): string =>
  `${windows.map(({ days, from, to }) => [...days ?? [], `${from}-${to}`].join(' ')).join(', ')} ${timeZone}${breakThrough === undefined ? '' : `, but ${breakThrough}`}`;
