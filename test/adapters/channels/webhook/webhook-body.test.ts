import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../../activities/ports/channel.ts';
import { BODY_LIMIT_BYTES, webhookBody } from '../../../../adapters/channels/webhook/webhook-body.ts';
import { WEBHOOK_SCHEMA } from '../../../../adapters/channels/webhook/webhook-schema.ts';
import { INCIDENT_TELLINGS } from '../../../../contracts/delivery.ts';
import { NOTICE_TELLINGS } from '../../../../contracts/equipment-notice.ts';
import { parseInstant } from '../../../../contracts/time.ts';
import { INCIDENT, alertExample } from '../email/alert-example.ts';
import { WRITTEN_AT, digestExample, noticeExample, testExample } from './messages.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true });
addFormats.default(ajv);
const check = ajv.compile(WEBHOOK_SCHEMA);

const SENT_AT = parseInstant('2026-11-21T01:15:00Z');
const bodyOf = (message: Message): { type: string; timestamp: string; data: Record<string, unknown> } => JSON.parse(webhookBody(message, SENT_AT));

// After a change of the form: npx vitest run test/adapters/channels/webhook/webhook-body.test.ts -u
it('the schema in docs/ is that of the bodies', async () => {
  await expect(`${JSON.stringify(WEBHOOK_SCHEMA, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/webhook.schema.json');
});

const ALL: readonly Message[] = [
  ...INCIDENT_TELLINGS.map((telling) => alertExample({ telling, writtenAt: WRITTEN_AT })),
  ...NOTICE_TELLINGS.map((telling) => noticeExample({ telling })),
  digestExample(), testExample(),
];

describe('the body of a webhook', () => {
  it.each(ALL.map((message) => [bodyOf(message).type, message] as const))('of %s is as its schema says', (_type, message) => {
    expect([check(bodyOf(message)), check.errors]).toEqual([true, null]);
  });

  it('has a type for everything that is told', () => {
    expect(ALL.map((message) => bodyOf(message).type)).toEqual([
      'incident.opened', 'incident.repeated', 'incident.escalated', 'incident.rose', 'incident.reopened', 'incident.taken', 'incident.over',
      'equipment.opened', 'equipment.well', 'digest', 'test',
    ]);
  });

  it('tells of an incident in the names of the API, with a link in place of the picture', () => {
    expect(bodyOf(alertExample({ writtenAt: WRITTEN_AT, severity: 'high' }))).toEqual({
      type: 'incident.opened', timestamp: WRITTEN_AT,
      data: {
        contactId: 'anna', incidentId: INCIDENT, userId: 'acme', deviceId: 'cam1', deviceName: 'Back door',
        ruleId: '100', rule: 'Unsafe Class: Person | ALL with probability>80%', severity: 'high', sentence: 'Person, 02:14, camera Back door',
        capturedAt: '2026-11-21T01:14:07.000000Z', localTime: '2026-11-21 02:14:07 CET', timeZone: 'Europe/Berlin',
        frameId: '019aa3d5-8d98-7000-8000-000000000001', tag: 'acme-cam1-20261121T011407.000000Z-Europe~2fBerlin',
        reasons: [{ path: '0.0', asked: 'person with probability > 80%', found: '87 %' }], reasonsLeft: 0,
        link: 'https://watchpost.example.com/incidents/0199a0c4',
      },
    });
  });

  it('is the same at every try, however much later', () => {
    const message = alertExample({ writtenAt: WRITTEN_AT });
    expect(webhookBody(message, SENT_AT)).toBe(webhookBody(message, parseInstant('2026-11-24T04:00:00Z')));
  });

  it('of a message that never lay in the outbox has the time of sending', () => {
    expect(bodyOf(testExample()).timestamp).toBe(SENT_AT);
  });

  it('tells of equipment in the order in which people read it', () => {
    expect(bodyOf(noticeExample()).data['facts']).toEqual([{ name: 'Camera', text: 'Back door' }, { name: 'Since', text: '2026-11-21 02:14:07 CET (Europe/Berlin)' }]);
  });

  it('of a digest counts what there is beside its entries', () => {
    expect(bodyOf(digestExample()).data).toMatchObject({ left: 3, entries: [{ cause: 'quiet_hours', matches: 17, link: 'https://watchpost.example.com/i/1' }, { cause: 'snoozed', link: null }] });
  });

  it.each([1, 4])('stays below its limit whatever there is to say, in characters of %d bytes, and says how much it left out', (bytes) => {
    const long = (bytes === 1 ? 'x' : '🚪').repeat(300);
    const alert = alertExample({ reasons: Array.from({ length: 200 }, (_, n) => ({ path: `0.${n}`, asked: long, found: long })) });
    const [entry] = digestExample().entries;
    const digest = digestExample({ entries: Array.from({ length: 200 }, () => ({ ...entry!, sentence: long })) });
    for (const message of [alert, digest]) {
      const body = webhookBody(message, SENT_AT);
      expect(Buffer.byteLength(body)).toBeLessThan(BODY_LIMIT_BYTES);
      expect(Buffer.byteLength(body)).toBeGreaterThan(BODY_LIMIT_BYTES * 0.8);
      expect(check(JSON.parse(body))).toBe(true);
    }
    const { reasons, reasonsLeft } = bodyOf(alert).data as { reasons: unknown[]; reasonsLeft: number };
    expect(reasons.length + reasonsLeft).toBe(200);
    const { entries, left } = bodyOf(digest).data as { entries: unknown[]; left: number };
    expect(entries.length + left).toBe(203);
  });
});
