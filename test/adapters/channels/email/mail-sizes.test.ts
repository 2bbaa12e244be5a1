import { createTransport } from 'nodemailer';
import { describe, expect, it } from 'vitest';
import { alertText } from '../../../../activities/alert-message.ts';
import { ENTRIES_TOLD, digestText } from '../../../../activities/digest-message.ts';
import { PICTURES_SHOWN } from '../../../../activities/deliver-digest.ts';
import { noticeText } from '../../../../activities/notice-message.ts';
import type { AlertPicture, Message } from '../../../../activities/ports/channel.ts';
import { emailOf } from '../../../../adapters/channels/email/email-message.ts';
import { INCIDENT_TELLINGS } from '../../../../contracts/delivery.ts';
import { HOLD_CAUSES } from '../../../../contracts/digest.ts';
import { parseInstant } from '../../../../contracts/time.ts';

/** Everything that somebody else writes, as long as it can be written. */
const LONG = 'Wörter '.repeat(200);
const AT = parseInstant('2026-11-21T01:14:07Z');
const TO = { to: 'anna@example.com', contactId: 'anna' };
/** Of a signed page below a long address. */
const LINK = `https://${'watch.'.repeat(20)}example.com/i/${'a'.repeat(200)}`;
const MANY = Array.from({ length: 50 }, (_, n) => `${n} ${LONG}`);
const EVIDENCE = MANY.map((label) => ({ label, score: 0.9, probability: 0.9, box: [0, 0, 1, 1] as const }));
const picture = (bytes: number): AlertPicture => ({ jpeg: Buffer.alloc(bytes, 200), description: `Picture of camera ${'x'.repeat(700)}` });

const alert = (telling: (typeof INCIDENT_TELLINGS)[number]): Message => ({
  ...alertText({
    incidentId: '0199a0c4-1111-7000-8000-000000000001', userId: 'u', deviceId: 'd', ruleId: '1'.repeat(64), ruleName: LONG, ruleText: LONG, deviceName: LONG, timeZone: 'America/Argentina/ComodRivadavia',
    matchedAt: AT, frameId: '0199a0c4-1111-7000-8000-000000000002', tag: 'x'.repeat(300), evidence: EVIDENCE, seenIn: MANY, zones: [], picture: null,
    clauses: MANY.map((text, n) => ({ path: `0.${n}`, text, holds: true, compared: 0.9, threshold: 0.8 })),
  }, { telling, severity: 'critical' }),
  ...TO, picture: picture(1_000_000), link: LINK,
});

const digest: Message = {
  ...digestText({
    digestId: '0199a0c4-1111-7000-8000-000000000009', createdAt: AT, things: 100_000, devices: 99_999, causes: [...HOLD_CAUSES],
    entries: Array.from({ length: ENTRIES_TOLD }, (_, n) => ({
      cause: HOLD_CAUSES[n % HOLD_CAUSES.length]!, severity: 'critical' as const, matches: 1_000_000, incidentId: 'i', ruleId: '1', ruleName: LONG, deviceName: LONG, timeZone: 'Europe/Berlin', frameId: 'f',
      evidence: EVIDENCE, seenIn: MANY, zones: [], picture: null, firstAt: parseInstant('2026-10-21T01:14:07Z'), lastAt: AT, labels: [],
    })),
  }, Array.from({ length: PICTURES_SHOWN }, () => picture(150_000)), () => LINK),
  ...TO,
};

const notice: Message = {
  ...noticeText({ noticeId: 'n', kind: 'void', reason: 'image_void', deviceName: LONG, timeZone: 'Europe/Berlin', since: AT, lastAt: AT, frames: 1_000_000, wellSince: null, closed: false }, 'opened'), ...TO,
};

const test: Message = { about: 'test', ...TO, testId: 't', sentence: LONG };

const SENDER = { name: 'Watchpost', address: 'alerts@example.org', domain: 'example.org' };

async function sizesOf(message: Message) {
  const mail = emailOf(message, 'key', SENDER);
  const { message: whole } = await createTransport({ streamTransport: true, buffer: true }).sendMail(mail);
  return { subject: [...String(mail.subject)].length, text: Buffer.byteLength(String(mail.text)), html: Buffer.byteLength(String(mail.html)), whole: (whole as Buffer).length };
}

const KIB = 1024;
/** Gmail cuts off what is longer than 102 KiB of HTML. */
const HTML_LIMIT = 102 * KIB;

describe('a mail about the most that there can be', () => {
  it.each([
    ['an alert', alert('escalated'), 6 * KIB, 1_500_000], ['a digest', digest, 40 * KIB, 2_000_000], ['a notice', notice, 4 * KIB, 20 * KIB], ['a test', test, 4 * KIB, 20 * KIB],
  ] as const)('for %s keeps within its limits', async (_, message, textLimit, limit) => {
    const { subject, text, html, whole } = await sizesOf(message);
    expect(subject).toBeLessThanOrEqual(200);
    expect(text).toBeLessThan(textLimit);
    expect(html).toBeLessThan(HTML_LIMIT);
    expect(whole).toBeLessThan(limit);
  });

  it.each(INCIDENT_TELLINGS)('for an incident that is %s has time and camera in its subject', (telling) => {
    expect(emailOf(alert(telling), 'key', SENDER).subject).toMatch(/, 22:14, camera Wörter/);
  });
});
