/** Quiet hours as people write them: days by name and hours by the clock, beside the same as numbers. */
import { Failure } from '../../contracts/failures.ts';
import { DEFAULT_BREAK_THROUGH } from '../../contracts/quiet-hours.ts';
import type { QuietHours, QuietWindow } from '../../contracts/quiet-hours.ts';
import type { Severity } from '../../contracts/severity.ts';
import { requireTimeZone } from '../../contracts/time.ts';
import { ProblemList } from './problems.ts';
import { DAY_NAMES, EVERY_DAY, readWindow } from './read-window.ts';
import { clockText } from './window-text.ts';

export interface QuietWindowText {
  /** `mon` to `sun`, on which it begins; left out: every day. */
  readonly days?: readonly string[];
  /** `22:00`. */
  readonly from: string;
  /** `07:00`, of the next day unless it lies after `from`. */
  readonly to: string;
}

export interface QuietHoursText {
  readonly timeZone: string;
  readonly windows: readonly QuietWindowText[];
  /** Left out: `critical`. */
  readonly breakThrough?: Severity;
}

/** Throws `request_malformed` with the window that is wrong, and `time_zone_unknown`. */
export const readQuietHours = ({ timeZone, windows, breakThrough }: QuietHoursText): QuietHours => ({
  timeZone: requireTimeZone(timeZone), windows: windows.map(readOne), breakThrough: breakThrough ?? DEFAULT_BREAK_THROUGH,
});

/** By the reader of the windows of rules: whoever writes both need not learn two ways. */
function readOne({ days, from, to }: QuietWindowText, index: number): QuietWindow {
  const text = `${days?.join(', ') ?? ''} ${from}-${to}`;
  const problems = new ProblemList(text);
  const window = days?.length === 0 ? undefined : readWindow({ text, offset: 0 }, problems);
  if (window !== undefined) return window;
  throw new Failure('request_malformed', `quietHours.windows.${index}: ${problems.toArray()[0]?.message ?? 'days is empty; leave it out for every day.'}`);
}

export const quietHoursText = ({ timeZone, windows, breakThrough }: QuietHours): QuietHoursText => ({ timeZone, windows: windows.map(quietWindowText), breakThrough });

export const quietWindowText = ({ days, from, to }: QuietWindow): QuietWindowText => ({
  ...(days.length === EVERY_DAY.length ? {} : { days: days.map((day) => DAY_NAMES[day - 1]!.toLowerCase()) }), from: clockText(from), to: clockText(to),
});
