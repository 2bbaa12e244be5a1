/** When a message that was not taken is tried again, by its channel, and when it is given up. Pure. */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

interface Schedule {
  /** Waits after the first, second, ... try. */
  readonly delaysMs: readonly number[];
  /** The last wait is kept up without end; otherwise the message is given up after them. */
  readonly endless: boolean;
  /** The longest wait that a provider may ask for. Where giving up is a matter of time, no longer than the schedule's own, or asking would put it off. */
  readonly askedLimitMs: number;
  /** Share by which waits differ from message to message. */
  readonly jitter: number;
}

const times = (count: number, delayMs: number): number[] => Array.from({ length: count }, () => delayMs);

/**
 * Soon at first, for a server that restarts; a minute and five, where greylisting lets a repeat through; then every
 * quarter of an hour, which a provider that is down all night does not mind and a person does not notice. It never ends:
 * what lies in a mailbox, or sets a state that a program shows, is worth having late.
 */
const MAIL: Schedule = {
  delaysMs: [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS],
  endless: true,
  // Mail servers are down for a night, never for good: whatever one asks for, an hour later is early enough to look again.
  askedLimitMs: HOUR_MS,
  jitter: 0,
};

/** The schedule of the Standard Webhooks specification: three days, so that an endpoint that broke on a Friday evening gets all of it on Monday. */
const WEBHOOK: Schedule = {
  delaysMs: [5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS, 14 * HOUR_MS, 20 * HOUR_MS, 24 * HOUR_MS],
  endless: false,
  // What asks for more sits behind a proxy with a fixed answer as a rule; the schedule itself soon waits longer.
  askedLimitMs: HOUR_MS,
  // All messages of a storm fail together and would come back together, which is what the endpoint broke of.
  jitter: 0.2,
};

/** A text message buzzes a telephone, so it is about now; six hours later whoever reads it takes it for something new. */
const SMS: Schedule = {
  delaysMs: [5 * SECOND_MS, 15 * SECOND_MS, MINUTE_MS, 5 * MINUTE_MS, ...times(24, 15 * MINUTE_MS)],
  endless: false,
  askedLimitMs: 15 * MINUTE_MS,
  jitter: 0,
};

/** Whoever is called gets up and looks. Half an hour later nobody is there to be seen: a call about the past is worse than none. */
const CALL: Schedule = {
  delaysMs: [5 * SECOND_MS, 15 * SECOND_MS, 30 * SECOND_MS, MINUTE_MS, ...times(14, 2 * MINUTE_MS)],
  endless: false,
  askedLimitMs: 2 * MINUTE_MS,
  jitter: 0,
};

/** PagerDuty and Nagios keep a state, as a mailbox keeps a mail: late is better than never. So has a channel that this build does not know, whose message waits for the build that does. */
const SCHEDULES: Readonly<Record<string, Schedule>> = { email: MAIL, webhook: WEBHOOK, sms: SMS, call: CALL, pagerduty: MAIL, nagios: MAIL };

const scheduleOf = (channel: string): Schedule => (Object.hasOwn(SCHEDULES, channel) ? SCHEDULES[channel] : undefined) ?? MAIL;

/** From the end of a try to the next one, as the schedule has it; `tries` counts those that began, from 1. Null: give it up. */
export function retryDelayMs(channel: string, tries: number): number | null {
  const { delaysMs, endless } = scheduleOf(channel);
  return delaysMs[Math.max(tries, 1) - 1] ?? (endless ? delaysMs.at(-1) : null) ?? null;
}

export interface FailedTry {
  readonly deliveryKey: string;
  readonly channel: string;
  /** Begun until now, the one that failed included. */
  readonly tries: number;
  /** What the provider asked for; null when it named no time. */
  readonly retryAfterMs: number | null;
}

/** The wait of the schedule, spread, or what the provider asked for if that is longer and not too long. Null: give it up. The same for the same try, however often it is asked. */
export function nextTryInMs({ deliveryKey, channel, tries, retryAfterMs }: FailedTry): number | null {
  const delayMs = retryDelayMs(channel, tries);
  if (delayMs === null) return null;
  const { jitter, askedLimitMs } = scheduleOf(channel);
  const spreadMs = Math.round(delayMs * (1 + jitter * (2 * shareOf(`${deliveryKey}:${tries}`) - 1)));
  return Math.max(spreadMs, Math.min(retryAfterMs ?? 0, askedLimitMs));
}

/** A number from 0 to 1 that looks drawn by lot and is always the same for the same text: FNV-1a, with the last steps of MurmurHash3, because keys differ in few characters. */
function shareOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0xffffffff;
}
