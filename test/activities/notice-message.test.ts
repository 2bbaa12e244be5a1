import { describe, expect, it } from 'vitest';
import { noticeText } from '../../activities/notice-message.ts';
import type { NoticeFacts } from '../../activities/ports/notice-facts.ts';
import { VOID_CODES } from '../../contracts/equipment-notice.ts';
import { FAILURES } from '../../contracts/failures.ts';
import { parseInstant } from '../../contracts/time.ts';

const facts = (changed: Partial<NoticeFacts> = {}): NoticeFacts => ({
  noticeId: 'notice-1', kind: 'void', reason: 'image_void', deviceName: 'Back door', timeZone: 'Europe/Berlin', since: parseInstant('2026-11-21T01:14:07Z'),
  lastAt: parseInstant('2026-11-21T01:17:07Z'), frames: 37, wellSince: null, closed: false, ...changed,
});
const WELL = { wellSince: parseInstant('2026-11-21T01:20:00Z'), closed: true };

describe('the word that a camera sends no usable picture', () => {
  it('says it in one sentence, with the time at the camera', () => {
    expect(noticeText(facts(), 'opened').sentence).toBe('Camera Back door has sent no usable picture since 02:14');
  });

  it('says since when, how many frames, why they were refused, what follows and what to look at', () => {
    const { facts: rows, advice } = noticeText(facts(), 'opened');
    expect(rows).toEqual([
      ['Camera', 'Back door'], ['Since', '2026-11-21 02:14:07 CET (Europe/Berlin)'], ['Frames', '37 refused'], ['Why', FAILURES.image_void.operator],
      ['Meanwhile', 'Nobody who passes this camera is seen, and no rule can alert you there.'],
    ]);
    expect(advice.join(' ')).toMatch(/lens.*light.*sensor/);
  });

  it('sends people to look at what fits the frames, in a sentence that is true of them all', () => {
    const frozen = noticeText(facts({ reason: 'image_frozen' }), 'opened');
    expect(frozen.sentence).toBe(noticeText(facts(), 'opened').sentence);
    expect(frozen.advice.join(' ')).toMatch(/move.*recorder/);
    expect(frozen.advice.join(' ')).not.toContain('lens');
    for (const reason of VOID_CODES) expect(noticeText(facts({ reason }), 'opened').advice, reason).not.toEqual(noticeText(facts({ reason: 'image_haunted' }), 'opened').advice);
  });

  it('keeps its sentence and sends nobody to look when the camera is well before it is sent', () => {
    const { sentence, facts: rows, advice } = noticeText(facts(WELL), 'opened');
    expect(sentence).toBe(noticeText(facts(), 'opened').sentence);
    expect(rows.at(-1)).toEqual(['Well since', '2026-11-21 02:20:00 CET (Europe/Berlin)']);
    expect(advice).toEqual([]);
  });

  it('does not call a camera well that shows something for a moment', () => {
    expect(noticeText(facts({ ...WELL, closed: false }), 'opened').advice).not.toEqual([]);
  });
});

describe('the word that a camera is well again', () => {
  it('says since when, and for how long it was not', () => {
    expect(noticeText(facts(WELL), 'well')).toEqual({
      about: 'notice', noticeId: 'notice-1', telling: 'well', sentence: 'Camera Back door is well again', advice: [],
      facts: [
        ['Camera', 'Back door'], ['Well since', '2026-11-21 02:20:00 CET (Europe/Berlin)'],
        ['No usable picture from', '2026-11-21 02:14:07 CET (Europe/Berlin)'], ['to', '2026-11-21 02:17:07 CET (Europe/Berlin)'], ['Frames', '37 refused'],
      ],
    });
  });
});

describe('foreign text', () => {
  it('stays one line of bearable length', () => {
    const { sentence } = noticeText(facts({ deviceName: `Door\r\nBcc: spy@example.com ${'x'.repeat(100)}` }), 'opened');
    expect(sentence).not.toMatch(/[\r\n]/);
    expect(sentence.length).toBeLessThan(110);
  });

  it('of a zone or a reason that this build does not know stops nothing', () => {
    const { sentence, facts: rows } = noticeText(facts({ timeZone: 'Mars/Olympus', reason: 'image_haunted' }), 'opened');
    expect(sentence).toContain('01:14');
    expect(rows).toContainEqual(['Since', '2026-11-21 01:14:07 UTC (UTC)']);
    expect(rows).toContainEqual(['Why', 'image_haunted']);
  });
});
