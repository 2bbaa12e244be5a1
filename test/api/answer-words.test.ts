import { describe, expect, it } from 'vitest';
import type { AnsweredIncident, KeptAnswer } from '../../adapters/postgres/incident-answers.ts';
import { standingOf } from '../../api/answer-words.ts';
import { parseInstant } from '../../contracts/time.ts';

const SHOWN = { localTime: '2026-11-21 02:14:00 CET', timeZone: 'Europe/Berlin' };
const answer = (kind: KeptAnswer['kind'], at: string, more: Partial<KeptAnswer> = {}): KeptAnswer =>
  ({ kind, at: parseInstant(at), contactId: 'anna-sms', name: 'Anna', knownUntil: null, ...more });
const standing = (state: AnsweredIncident['state'], answers: readonly KeptAnswer[], more: Partial<AnsweredIncident> = {}) =>
  standingOf({ state, answers, severity: 'high', frame: null, acknowledgedAt: null, closedAt: null, ...more }, 'bert-mail', SHOWN);

describe('how an incident stands', () => {
  it.each([
    ['open', [], 'Open: nobody has taken charge yet', []],
    ['acknowledged', [answer('acknowledge', '2026-11-21T01:16:00Z')], 'Somebody is looking after it', ['Anna took charge at 02:16.']],
    ['resolved', [answer('resolve', '2026-11-21T01:20:00Z', { contactId: 'bert-mail', name: 'Bert' })], 'Dealt with', ['You said at 02:20 that it is dealt with.']],
    ['resolved', [answer('false_alarm', '2026-11-21T01:20:00Z', { contactId: null, name: null })], 'False alarm', ['Somebody said at 02:20 that it is a false alarm.']],
    ['resolved', [answer('known', '2026-11-21T01:20:00Z', { knownUntil: parseInstant('2026-11-21T02:20:00Z') })], 'Known', ['Anna said at 02:20 that this is known: nobody is told of it until 03:20.']],
    ['resolved', [answer('real', '2026-11-21T01:20:00Z'), answer('resolve', '2026-11-21T23:20:00Z')], 'Dealt with', ['Anna said at 02:20 that it is real.', 'Anna said at 2026-11-22 00:20 that it is dealt with.']],
    ['open', [answer('acknowledge', '2026-11-21T01:16:00Z')], 'Open again: nobody has taken charge since', ['Anna took charge at 02:16.']],
  ] as const)('%s after %j', (state, answers, words, lines) => {
    expect(standing(state, answers)).toEqual({ state: words, lines });
  });

  it('is told when it is over, by the clock at the camera, with the verdict', () => {
    const closedAt = parseInstant('2026-11-21T01:30:00Z');
    expect(standing('closed', [], { closedAt })).toEqual({ state: 'Over', lines: ['It has been quiet: closed at 02:30.'] });
    expect(standing('closed', [answer('false_alarm', '2026-11-21T01:20:00Z')], { closedAt }).state).toBe('Over: false alarm');
  });

  it('is told of somebody who took charge before answers were kept', () => {
    expect(standing('acknowledged', [], { acknowledgedAt: parseInstant('2026-11-21T01:16:00Z') }).lines).toEqual(['Somebody took charge at 02:16.']);
  });

  it('tells the latest answers of somebody who cannot stop', () => {
    const answers = Array.from({ length: 50 }, (_, n) => answer('known', `2026-11-21T01:${10 + n}:00Z`));
    expect(standing('resolved', answers).lines).toHaveLength(8);
    expect(standing('resolved', answers).lines.at(-1)).toContain('02:59');
  });
});
