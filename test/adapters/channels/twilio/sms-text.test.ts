import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine } from '../../../../activities/one-line.ts';
import type { AlertMessage, DigestMessage, NoticeMessage } from '../../../../activities/ports/channel.ts';
import { isGsm7, segmentsOf } from '../../../../adapters/channels/twilio/gsm7.ts';
import { REPLY_LINE, smsText } from '../../../../adapters/channels/twilio/sms-text.ts';
import { CALLING_TELLINGS, INCIDENT_TELLINGS } from '../../../../contracts/delivery.ts';
import { REPLIES } from '../../../../contracts/response.ts';
import { alertExample } from '../email/alert-example.ts';

const ANSWERABLE = { answerable: true };
/** As long as ours are: a host of 30 characters and a token of 48. */
const LINK = `https://watchpost.example.org/i/${'A'.repeat(48)}`;
const smsOf = (changed: Partial<AlertMessage>): string => smsText(alertExample({ link: LINK, ...changed }), ANSWERABLE);
const atCamera = (deviceName: string, seen = 'Person'): Partial<AlertMessage> => ({ deviceName, sentence: `${seen}, 02:14, camera ${deviceName}` });

const NOTICE: NoticeMessage = {
  about: 'notice', to: '+491701234567', contactId: 'anna', noticeId: 'n1', telling: 'opened', sentence: 'Camera Back door has sent nothing since 02:14',
  facts: [['Camera', 'Back door']], advice: ['Has the camera power, and does its page open?'],
};
const entry = (sentence: string) => ({ sentence, cause: 'quiet_hours' as const, severity: 'medium' as const, matches: 3, picture: { missing: 'none' }, link: null });
const DIGEST: DigestMessage = {
  about: 'digest', to: '+491701234567', contactId: 'anna', digestId: 'd1', sentence: '2 alerts were held back',
  entries: [entry('Person, 02:14 to 02:31, camera Back door'), entry('Dog, 03:05, camera Yard')], left: 0,
};

describe('an alert as a text message', () => {
  it('says what happened, what to answer, and where to read on', () => {
    expect(smsOf({})).toBe(`Person, 02:14, camera Back door\nReply 1 = I take charge, 2 = false alarm\n${LINK}`);
  });

  it('asks for the replies that are understood', () => {
    expect(REPLIES).toEqual({ 1: 'acknowledge', 2: 'false_alarm' });
  });

  it.each([
    ['opened', 'Person,'], ['repeated', 'Still open: Person,'], ['escalated', 'Nobody has answered: Person,'], ['rose', 'Worse now: Person,'], ['reopened', 'Again: Person,'],
  ] as const)('that is sent because it %s begins "%s"', (telling, beginning) => {
    const text = smsOf({ telling });
    expect(text.startsWith(beginning)).toBe(true);
    expect(text).toContain(REPLY_LINE);
  });

  it.each(['taken', 'over'] as const)('asks nothing of anybody when it is %s', (telling) => {
    expect(smsOf({ telling })).not.toContain('Reply');
  });

  it('asks for no reply that could not reach us, and has no link where there is none', () => {
    expect(smsText(alertExample({ link: null }), { answerable: false })).toBe('Person, 02:14, camera Back door');
  });

  it('has its quotes and dashes replaced, so that it stays in the short alphabet', () => {
    const text = smsOf(atCamera('Café “Zürich” – Łódź…'));
    expect(text.split('\n')[0]).toBe('Person, 02:14, camera Café "Zürich" - Lodz...');
    expect(isGsm7(text)).toBe(true);
  });

  it('keeps a name in a script that the alphabet lacks where it has room', () => {
    expect(smsOf({ ...atCamera('裏口'), link: null })).toBe(`Person, 02:14, camera 裏口\n${REPLY_LINE}`);
  });

  it('shortens such a name before anything else', () => {
    const text = smsOf({ ...atCamera('Задняя дверь большого склада у железной дороги'), link: 'https://w.example.org/i/abcdefghij' });
    expect(text).toBe(`Person, 02:14, camera Задняя дверь большого склада у желе…\n${REPLY_LINE}\nhttps://w.example.org/i/abcdefghij`);
    expect(segmentsOf(text)).toBe(2);
  });

  it('names the camera by its id when its name and the link have no room beside each other', () => {
    expect(smsOf(atCamera('Задняя дверь'))).toBe(`Person, 02:14, camera cam1\n${REPLY_LINE}\n${LINK}`);
  });

  it('shortens a long name of the camera, then leaves it out, and keeps the time', () => {
    const link = `https://watchpost.example.org/i/${'A'.repeat(100)}`;
    const seen = 'Critical: Person, bicycle and dog';
    expect(smsOf({ ...atCamera('Camera beside the big gate of the northern yard by the river', seen), telling: 'escalated', link: `${link}${'B'.repeat(28)}` }).split('\n')[0])
      .toBe('Nobody has answered: Critical: Person, bicycle and dog, 02:14, camera Camera beside the big gate of t...');
    expect(smsOf({ ...atCamera('Back door', seen), telling: 'escalated', link: `${link}${'B'.repeat(60)}` }).split('\n')[0]).toBe('Nobody has answered: Critical: Person, bicycle and dog, 02:14');
    expect(smsOf({ ...atCamera('Back door', seen), telling: 'escalated', link: `${link}${'B'.repeat(80)}` }).split('\n')[0]).toBe('Nobody has answered: Critical: Person, bic..., 02:14');
  });

  it('has at most two segments and keeps time, reply line and link, whatever the names are', () => {
    const unit = fc.constantFrom('grapheme', 'binary', 'grapheme-ascii', 'grapheme-composite') as fc.Arbitrary<'grapheme'>;
    const name = unit.chain((of) => fc.string({ unit: of, minLength: 1, maxLength: 90 })).map((text) => oneLine(text, 60)).filter((text) => text !== '');
    const link = fc.option(fc.string({ unit: fc.constantFrom(...'abcXYZ019-_~/.'), maxLength: 180 }).map((path) => `https://w.example.org/${path}`).filter((text) => segmentsOf(text) < 2 || text.length <= 200));
    const severity = fc.constantFrom('', 'High severity: ', 'Critical: ');
    fc.assert(fc.property(name, fc.array(name, { minLength: 1, maxLength: 3 }), link, severity, fc.constantFrom(...INCIDENT_TELLINGS), (deviceName, kinds, url, bad, telling) => {
      const text = smsOf({ ...atCamera(deviceName, `${bad}${kinds.join(', ')}`), link: url, telling });
      expect(segmentsOf(text)).toBeLessThanOrEqual(2);
      expect(text).toContain('02:14');
      expect(text.isWellFormed()).toBe(true);
      if (CALLING_TELLINGS.includes(telling)) expect(text.split('\n')).toContain(REPLY_LINE);
      if (url !== null) expect(text.endsWith(`\n${url}`)).toBe(true);
    }), { numRuns: 200 });
  });

  it('has room for any sentence, also one that is put together in another way', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (sentence) => {
      const text = smsOf({ sentence: oneLine(sentence, 400) });
      expect(segmentsOf(text)).toBeLessThanOrEqual(2);
      expect(text.endsWith(`\n${REPLY_LINE}\n${LINK}`)).toBe(true);
    }), { numRuns: 100 });
  });

  it('leaves out a link that would leave no room for anything else', () => {
    expect(smsOf({ link: `https://w.example.org/${'A'.repeat(300)}` })).toBe(`Person, 02:14, camera Back door\n${REPLY_LINE}`);
  });
});

describe('other text messages', () => {
  it('an equipment notice is its sentence, with a shorter name where it must be', () => {
    expect(smsText(NOTICE, ANSWERABLE)).toBe('Camera Back door has sent nothing since 02:14');
    const name = '🏠'.repeat(60);
    const text = smsText({ ...NOTICE, sentence: `Camera ${name} has sent nothing since 02:14`, facts: [['Camera', name]] }, ANSWERABLE);
    expect(text).toMatch(/^Camera (🏠)+… has sent nothing since 02:14$/u);
    expect(segmentsOf(text)).toBe(2);
  });

  it('a digest tells as much of what was held back as has room', () => {
    expect(smsText(DIGEST, ANSWERABLE)).toBe('2 alerts were held back\n- Person, 02:14 to 02:31, camera Back door\n- Dog, 03:05, camera Yard');
    const many = Array.from({ length: 20 }, (_, n) => entry(`Person, 02:${10 + n} to 03:${10 + n}, camera Back door`));
    const text = smsText({ ...DIGEST, sentence: '27 alerts were held back', entries: many, left: 7 }, ANSWERABLE);
    expect(text.split('\n')).toHaveLength(8);
    expect(text.endsWith('\nand 21 more')).toBe(true);
    expect(segmentsOf(text)).toBe(2);
  });

  it('a test message is its sentence, cut at its end when it is too long', () => {
    const sms = { about: 'test' as const, to: '+491701234567', contactId: 'anna', testId: 't1', sentence: 'Test message of Watchpost' };
    expect(smsText(sms, ANSWERABLE)).toBe('Test message of Watchpost');
    expect(smsText({ ...sms, sentence: 'x'.repeat(400) }, ANSWERABLE)).toBe(`${'x'.repeat(303)}...`);
  });
});
