import { describe, expect, it } from 'vitest';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { watchCanary } from '../../policies/canary-watch.ts';
import type { CanaryKnown } from '../../policies/canary-watch.ts';

const NOON = parseInstant('2026-03-01T12:00:00Z');
const at = (minutes: number): Instant => plusMs(NOON, minutes * 60_000);
const look = (now: number, known: Partial<CanaryKnown> = {}) =>
  watchCanary({ now: at(now), settledAt: null, openSince: at(0), alarmAt: null, toldAt: null, ...known }, 60_000);

describe('operations', () => {
  it('hear of it when none has come through for five periods', () => {
    expect(look(15, { settledAt: at(10) })).toEqual({ state: 'ok', sinceMs: 300_000, step: 'none' });
    expect(look(15.1, { settledAt: at(10) })).toMatchObject({ state: 'missing', step: 'alarm' });
  });

  it('hear of it when none ever came through, five periods after frames could be accepted', () => {
    expect([look(5).step, look(5.1).step]).toEqual(['none', 'alarm']);
  });

  it('hear nothing of the time in which the plant was down', () => {
    expect(look(4, { settledAt: at(-600) })).toMatchObject({ state: 'ok', step: 'none' });
  });

  it('hear of it again each hour, and at once what could not be said', () => {
    const known = { settledAt: at(10), alarmAt: at(16), toldAt: at(16) };
    expect([look(75, known).step, look(76, known).step, look(17, { ...known, toldAt: null }).step]).toEqual(['none', 'remind', 'remind']);
  });

  it('hear that it is over with the first that comes through after it began', () => {
    expect(look(20, { settledAt: at(19), alarmAt: at(16), toldAt: at(16) })).toMatchObject({ state: 'ok', step: 'recovered' });
  });

  it('do not hear that it is over because the plant was started again', () => {
    expect(look(40, { settledAt: at(10), openSince: at(39), alarmAt: at(16), toldAt: at(16) })).toMatchObject({ state: 'missing', step: 'none' });
  });
});
