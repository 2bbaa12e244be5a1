/** A message as events of PagerDuty (Events API v2). Pure. */
import type { AlertMessage, Message, NoticeMessage, TestMessage } from '../../../activities/ports/channel.ts';
import type { Severity } from '../../../contracts/severity.ts';
import { SendFailure } from '../send-failure.ts';
import { tellingWords } from '../telling-words.ts';

/** All but the routing key. */
export interface PagerdutyEvent {
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  /** What PagerDuty knows an incident by: however often and on whatever level a service is told of ours, it shows one. */
  readonly dedup_key: string;
  readonly client?: string;
  readonly payload?: {
    readonly summary: string;
    readonly source: string;
    readonly severity: 'info' | 'warning' | 'error' | 'critical';
    readonly timestamp?: string;
    readonly component?: string;
    readonly group?: string;
    readonly class: string;
    readonly custom_details?: Readonly<Record<string, string | readonly string[]>>;
  };
  readonly links?: readonly { readonly href: string; readonly text: string }[];
}

const SEVERITIES = { low: 'info', medium: 'warning', high: 'error', critical: 'critical' } as const satisfies Record<Severity, string>;
/** A longer summary is refused. */
const SUMMARY_LIMIT = 1_024;
/** Shown as what watches. */
const CLIENT = 'Watchpost';

/** In the order in which they are to be sent. Throws `message_refused` for what PagerDuty has no form for. */
export function eventsOf(message: Message): readonly PagerdutyEvent[] {
  switch (message.about) {
    case 'incident': return [incidentEvent(message)];
    case 'notice': return [noticeEvent(message)];
    case 'test': return testEvents(message);
    // A digest asks nobody to do anything, and whatever is sent here wakes somebody.
    case 'digest': throw new SendFailure('message_refused', 'PagerDuty is told of what needs somebody now; a digest goes to a channel that is read');
  }
}

/** No picture: PagerDuty fetches pictures from a public address, and ours are nobody's business. The link leads to them. */
function incidentEvent({ incidentId, telling, sentence, severity, deviceName, deviceId, userId, rule, capturedAt, localTime, timeZone, frame, reasons, link }: AlertMessage): PagerdutyEvent {
  const dedup_key = `watchpost-${incidentId}`;
  if (telling === 'taken') return { event_action: 'acknowledge', dedup_key };
  if (telling === 'over') return { event_action: 'resolve', dedup_key };
  return {
    event_action: 'trigger', dedup_key, client: CLIENT,
    payload: {
      summary: summaryOf(tellingWords(telling) + sentence), source: deviceName || deviceId, severity: SEVERITIES[severity], timestamp: capturedAt,
      component: deviceId, group: userId, class: `rule ${rule.ruleId}`,
      custom_details: {
        why: reasons.map(({ asked, found }) => (found === null ? asked : `${asked}: ${found}`)),
        rule: rule.text === '' ? rule.ruleId : `${rule.ruleId}: ${rule.text}`,
        local_time: `${localTime} (${timeZone})`, frame: frame.frameId, incident: incidentId, telling,
      },
    },
    ...(link === null ? {} : { links: [{ href: link, text: 'Open the incident' }] }),
  };
}

function noticeEvent({ noticeId, telling, sentence, facts, advice }: NoticeMessage): PagerdutyEvent {
  const dedup_key = `watchpost-notice-${noticeId}`;
  if (telling === 'well') return { event_action: 'resolve', dedup_key };
  const details = Object.fromEntries(facts);
  return {
    event_action: 'trigger', dedup_key, client: CLIENT,
    // Somebody should look after it, and nobody need get up for it.
    payload: {
      summary: summaryOf(sentence), source: details.Camera || CLIENT, severity: 'warning', class: 'equipment',
      custom_details: { ...details, ...(advice.length === 0 ? {} : { 'What to look at': advice }), notice: noticeId },
    },
  };
}

/** Ended at once, so that a test leaves nobody with an open incident. */
function testEvents({ testId, sentence }: TestMessage): PagerdutyEvent[] {
  const dedup_key = `watchpost-test-${testId}`;
  return [
    { event_action: 'trigger', dedup_key, client: CLIENT, payload: { summary: summaryOf(sentence), source: CLIENT, severity: 'info', class: 'test' } },
    { event_action: 'resolve', dedup_key },
  ];
}

/** Never cut within a character. */
const summaryOf = (sentence: string): string =>
  (sentence.length <= SUMMARY_LIMIT ? sentence : `${sentence.slice(0, SUMMARY_LIMIT - 1).replace(/[\uD800-\uDBFF]$/, '').trimEnd()}…`);
