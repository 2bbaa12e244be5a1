/** The body of a webhook: what is told, as JSON for programs. Pictures are never in it, because programs fetch what they want. Pure. */
import type { AlertMessage, DigestMessage, Message, NoticeMessage } from '../../../activities/ports/channel.ts';
import type { Instant } from '../../../contracts/time.ts';
import type { DigestBody, EquipmentBody, IncidentBody, WebhookBody } from './webhook-schema.ts';

/** What Standard Webhooks advises: endpoints commonly refuse what is much larger. */
export const BODY_LIMIT_BYTES = 20_000;

/** `sentAt` stands in for a message that never lay in the outbox. */
export function webhookBody(message: Message, sentAt: Instant): string {
  const timestamp = message.writtenAt ?? sentAt;
  switch (message.about) {
    case 'incident': return fitting(message.reasons.length, (count) => incidentBody(message, timestamp, count));
    case 'notice': return JSON.stringify(equipmentBody(message, timestamp));
    case 'digest': return fitting(message.entries.length, (count) => digestBody(message, timestamp, count));
    case 'test': {
      const { contactId, testId, sentence } = message;
      return JSON.stringify({ type: 'test', timestamp, data: { contactId, testId, sentence } } satisfies WebhookBody);
    }
  }
}

/** As many items of a list as there is room for. Nothing else in a body is long: names and texts were cut when they were written. */
function fitting(items: number, bodyWith: (count: number) => WebhookBody): string {
  for (let count = items; ; count -= 1) {
    const text = JSON.stringify(bodyWith(count));
    if (count === 0 || Buffer.byteLength(text) < BODY_LIMIT_BYTES) return text;
  }
}

function incidentBody(message: AlertMessage, timestamp: Instant, count: number): IncidentBody {
  const { telling, contactId, incidentId, userId, deviceId, deviceName, rule, severity, sentence, capturedAt, localTime, timeZone, frame, reasons, link } = message;
  return {
    type: `incident.${telling}`, timestamp,
    data: {
      contactId, incidentId, userId, deviceId, deviceName, ruleId: rule.ruleId, rule: rule.text, severity, sentence, capturedAt, localTime, timeZone,
      frameId: frame.frameId, tag: frame.tag,
      reasons: reasons.slice(0, count).map(({ path, asked, found }) => ({ path, asked, found })), reasonsLeft: reasons.length - count, link,
    },
  };
}

const equipmentBody = ({ telling, contactId, noticeId, sentence, facts, advice }: NoticeMessage, timestamp: Instant): EquipmentBody => ({
  type: `equipment.${telling}`, timestamp,
  data: { contactId, noticeId, sentence, facts: facts.map(([name, text]) => ({ name, text })), advice: [...advice] },
});

const digestBody = ({ contactId, digestId, sentence, entries, left }: DigestMessage, timestamp: Instant, count: number): DigestBody => ({
  type: 'digest', timestamp,
  data: {
    contactId, digestId, sentence,
    // One by one, because an entry also holds its picture.
    entries: entries.slice(0, count).map(({ sentence: told, cause, severity, matches, link }) => ({ sentence: told, cause, severity, matches, link })),
    left: left + entries.length - count,
  },
});
