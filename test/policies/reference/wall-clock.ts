/** What the clock on the wall shows, as the time zone library writes it out: slow and obvious. */

const formatters = new Map<string, Intl.DateTimeFormat>();
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function wallClock(atMs: number, timeZone: string): { weekday: number; minute: number } {
  let formatter = formatters.get(timeZone);
  if (formatter === undefined) formatters.set(timeZone, formatter = new Intl.DateTimeFormat('en-GB', { timeZone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }));
  const parts = formatter.formatToParts(new Date(Math.floor(atMs)));
  const part = (type: string): string => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return { weekday: DAYS.indexOf(part('weekday')) + 1, minute: Number(part('hour')) * 60 + Number(part('minute')) };
}
