import { describe, expect, it } from 'vitest';
import { answerWords, failureOf, retryAfterMs } from '../../../../adapters/channels/webhook/webhook-answer.ts';

const NOW = Date.parse('2026-11-21T02:14:00Z');
const answer = (status: number, rest: { text?: string; retryAfter?: string; location?: string } = {}) => failureOf({ status, text: '', retryAfter: undefined, location: undefined, ...rest }, NOW);

describe('the answer of an endpoint', () => {
  it.each([200, 201, 202, 204, 299])('%d: the message was taken', (status) => {
    expect(answer(status)).toBeUndefined();
  });

  it.each([300, 301, 302, 303, 304, 307, 308])('%d: refused for good, because nothing is followed', (status) => {
    expect(answer(status, { location: 'http://10.0.0.1/' })).toMatchObject({ code: 'message_refused', detail: expect.stringMatching(/\(to http:\/\/10\.0\.0\.1\/\); redirects are not followed/) });
  });

  it('410: the endpoint is gone', () => {
    expect(answer(410)).toMatchObject({ code: 'endpoint_gone', detail: '410 Gone' });
  });

  it.each([405, 406, 411, 413, 414, 415, 422, 431])('%d: refused for good, because the next try would say the same', (status) => {
    expect(answer(status)).toMatchObject({ code: 'message_refused' });
  });

  it.each([400, 401, 403, 404, 407, 408, 409, 421, 423, 425, 426, 429, 451, 499, 500, 501, 502, 503, 504, 520, 599])('%d: may be another one at the next try', (status) => {
    expect(answer(status)).toMatchObject({ code: 'provider_unavailable', mayHaveArrived: false, retryAfterMs: null });
  });

  it('says by when it may be another one', () => {
    expect(answer(429, { retryAfter: '120' })).toMatchObject({ retryAfterMs: 120_000 });
  });

  it.each([
    ['120', 120_000], ['0', 0], ['Sat, 21 Nov 2026 02:15:00 GMT', 60_000], ['Sat, 21 Nov 2026 02:13:00 GMT', 0],
    ['999999999', 86_400_000], ['Sun, 21 Nov 2027 02:13:00 GMT', 86_400_000], ['soon', null], ['-5', null], ['1.5', null], ['2026', 2_026_000], ['', null], ['Sat', null],
  ])('Retry-After: %s is %s ms, a day at most', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it('is repeated in one short line, whatever it holds', () => {
    expect(answerWords({ status: 500, text: 'out\r\nof\u0000 \u202Epaper\t ' })).toBe('500 Internal Server Error: out of paper');
    expect(answerWords({ status: 599, text: '' })).toBe('599');
    expect(answerWords({ status: 500, text: 'x'.repeat(2_000) }).length).toBeLessThan(340);
  });
});
