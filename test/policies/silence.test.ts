import { describe, expect, it } from 'vitest';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { DEFAULT_SILENCE, returnsToTell, silencesToTell } from '../../policies/silence.ts';
import type { OpenSilence, QuietDevice } from '../../policies/silence.ts';

const NOON = parseInstant('2026-03-01T12:00:00Z');
const at = (minutes: number): Instant => plusMs(NOON, minutes * 60_000);
const QUARTER_MS = 900_000;

const device = (deviceId: string, heard: number, changed: Partial<QuietDevice> = {}): QuietDevice =>
  ({ deviceId, userId: 'ann', countsFrom: at(heard), limitMs: QUARTER_MS, lastNoticeAt: null, ...changed });
const told = (quiet: readonly QuietDevice[], now: number, toldAt: ReadonlyMap<string, Instant> = new Map()): string[][] =>
  silencesToTell(quiet, toldAt, at(now)).map((group) => group.map(({ deviceId }) => deviceId));

describe('a silent device', () => {
  it('is told of a little after its time, so that others of its site are told of with it', () => {
    expect(told([device('gate', 0)], 16)).toEqual([]);
    expect(told([device('gate', 0)], 17)).toEqual([['gate']]);
    expect(told([device('gate', 0), device('yard', 1.5)], 17)).toEqual([['gate', 'yard']]);
  });

  it('that may be silent for a short time only waits for no more than a fifth of it', () => {
    expect(told([device('gate', 0, { limitMs: 60_000 })], 1.1)).toEqual([]);
    expect(told([device('gate', 0, { limitMs: 60_000 })], 1.2)).toEqual([['gate']]);
  });

  it('waits while its user was told of another a short time ago, then all that fell silent meanwhile are told of at once', () => {
    const toldAt = new Map([['ann', at(17)]]);
    expect(told([device('shed', 3), device('roof', 9)], 31, toldAt)).toEqual([]);
    expect(told([device('shed', 3), device('roof', 9)], 32, toldAt)).toEqual([['shed', 'roof']]);
  });

  it('of another user is another message, and does not wait', () => {
    expect(told([device('gate', 0), device('door', 0, { userId: 'bob' })], 17, new Map([['ann', at(10)]]))).toEqual([['door']]);
  });

  it('that was told of in the last hours is told of when they are over', () => {
    expect(told([device('gate', 0, { lastNoticeAt: at(-60) })], 60)).toEqual([]);
    expect(told([device('gate', 0, { lastNoticeAt: at(-300) })], 60)).toEqual([['gate']]);
  });

  it('makes few messages of a site that goes dark, whose cameras send every few minutes', () => {
    let quiet = Array.from({ length: 60 }, (_, n) => device(`cam-${n}`, n / 10, { limitMs: QUARTER_MS + (n % 5) * 120_000 }));
    const toldAt = new Map<string, Instant>();
    const messages: number[] = [];
    for (let minute = 0; minute < 120; minute += 0.5) {
      const past = quiet.filter(({ countsFrom, limitMs }) => at(minute) >= plusMs(countsFrom, limitMs));
      for (const group of silencesToTell(past, toldAt, at(minute))) {
        messages.push(group.length);
        toldAt.set('ann', at(minute));
        quiet = quiet.filter((each) => !group.includes(each));
      }
    }
    expect([messages.length <= 2, messages.reduce((sum, each) => sum + each)]).toEqual([true, 60]);
  });
});

describe('devices that send again', () => {
  const open = (wellSince: number | null, userId = 'ann'): OpenSilence => ({ userId, limitMs: QUARTER_MS, wellSince: wellSince === null ? null : at(wellSince) });

  it('are told of at once when none of their user is silent any more', () => {
    expect(returnsToTell([open(0)], at(0))).toHaveLength(1);
    expect(returnsToTell([open(0), open(0.1)], at(0.1)).map((group) => group.length)).toEqual([2]);
  });

  it('wait for those that follow, and for those that do not only for a while', () => {
    const silences = [open(0), open(1), open(null)];
    expect(returnsToTell(silences, at(1.5))).toEqual([]);
    expect(returnsToTell(silences, at(DEFAULT_SILENCE.gatherMs / 60_000)).map((group) => group.length)).toEqual([2]);
  });

  it('are nobody while all are silent', () => {
    expect(returnsToTell([open(null), open(null, 'bob')], at(60))).toEqual([]);
  });
});
