import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { follow } from '../../policies/picture-rhythm.ts';
import type { PictureRhythm, RhythmStep } from '../../policies/picture-rhythm.ts';
import type { PictureSignature } from '../../policies/picture-signature.ts';

const NOON = parseInstant('2026-11-21T12:00:00Z');
const at = (seconds: number): Instant => plusMs(NOON, seconds * 1000);
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LEAST = 10 * MINUTE;

/** Pictures of different numbers differ in every block. */
const picture = (number: number): PictureSignature => ({ encoding: 1, stepLevels: 0.5, blocks: Uint16Array.from({ length: 40 }, (_, block) => (100 + number * 64 + block * 8) * 2 + 1) });

type Frame = readonly [seconds: number, picture: number];
function followAll(frames: readonly Frame[], from: PictureRhythm | null = null): RhythmStep[] {
  let rhythm = from;
  return frames.map(([seconds, number]) => {
    const step = follow(rhythm, { signature: picture(number), capturedAt: at(seconds) }, LEAST * 1000);
    rhythm = step.rhythm;
    return step;
  });
}
const every = (seconds: number, count: number, pictureOf: (index: number) => number, from = 0): Frame[] =>
  Array.from({ length: count }, (_, index) => [from + index * seconds, pictureOf(index)] as const);
const live = (index: number): number => index % 2;
const hung = (): number => 7;
const last = (steps: readonly RhythmStep[]): RhythmStep => steps.at(-1) ?? expect.fail('no frame');
const frozenIn = (steps: readonly RhythmStep[]): number => steps.filter(({ frozen }) => frozen).length;

describe('the rhythm of a device', () => {
  it('is that of a live camera as long as its pictures change', () => {
    const steps = followAll(every(1, 3_000, live));
    expect(frozenIn(steps)).toBe(0);
    expect(last(steps).rhythm.usualStayMs).toBeCloseTo(1000);
  });

  it('is broken once one picture stays for longer than the limit, and says since when', () => {
    const steps = followAll([...every(1, 100, live), ...every(1, 700, hung, 100)]);
    expect(steps.findIndex(({ frozen }) => frozen)).toBe(100 + LEAST + 1);
    expect(steps.slice(100 + LEAST + 1).every(({ frozen }) => frozen)).toBe(true);
    expect(last(steps).rhythm).toMatchObject({ since: at(100), frames: 700, lastCapturedAt: at(799) });
  });

  it('is whole again with the first other picture', () => {
    const steps = followAll([...every(1, 700, hung), ...every(1, 60, live, 700)]);
    expect(frozenIn(steps)).toBe(700 - LEAST - 1);
    expect(steps.slice(700).some(({ frozen }) => frozen)).toBe(false);
  });

  it('takes more than two frames to break, however far apart they are', () => {
    const steps = followAll(every(6 * HOUR, 6, hung));
    expect(steps.map(({ frozen }) => frozen)).toEqual([false, false, false, false, true, true]);
  });

  it('of a device that shows a picture for an hour is broken after five', () => {
    // It sends every minute what its recorder renews once an hour; before that is known it looks as if it hung.
    const slow = every(MINUTE, 40 * 60, (index) => Math.floor(index / 60) % 2);
    const learned = last(followAll(slow)).rhythm;
    expect(learned.usualStayMs! / 1000).toBeGreaterThan(0.8 * HOUR);
    const steps = followAll(every(MINUTE, 6 * 60, hung, 40 * HOUR), learned);
    const firstFrozen = steps.findIndex(({ frozen }) => frozen);
    expect(firstFrozen / 60).toBeGreaterThan(4);
    expect(firstFrozen / 60).toBeLessThanOrEqual(5.1);
  });

  it('is not slowed by a camera that hung or was off for days', () => {
    const hangs = last(followAll([...every(1, 100, live), ...every(MINUTE, 3 * 24 * 60, hung, 100), ...every(1, 60, live, 3 * DAY + 100)])).rhythm;
    const off = last(followAll([...every(1, 100, live), ...every(1, 60, live, 3 * DAY)])).rhythm;
    for (const { usualStayMs } of [hangs, off]) expect(usualStayMs).toBeLessThan(2_000);
  });

  it('does not notice a frame that comes late', () => {
    const before = last(followAll(every(1, 650, hung))).rhythm;
    for (const late of [[300, 7], [300, 1], [649, 7]] as const) {
      expect(last(followAll([late], before))).toMatchObject({ frozen: false });
      expect(last(followAll([late], before)).rhythm).toBe(before);
    }
    expect(last(followAll([[650, 7]], before)).frozen).toBe(true);
  });
});

describe('the rhythm of a device, whatever its frames', () => {
  const frames = fc.array(fc.tuple(fc.integer({ min: -100, max: 400 }), fc.integer({ min: 0, max: 2 })), { maxLength: 60 }).map((steps) => {
    let seconds = 0;
    return steps.map(([gap, number]): Frame => [seconds += gap, number]);
  });

  it('is broken by exactly the frames whose picture stayed past its limit, in time and in number', () => {
    fc.assert(fc.property(frames, (some) => {
      const steps = followAll(some);
      /** Those that came in time, of the picture of now. */
      let stretch: Frame[] = [];
      let newest = -Infinity;
      some.forEach(([seconds, number], index) => {
        const { frozen, limitMs } = steps[index]!;
        if (seconds <= newest) {
          expect(frozen).toBe(false);
          return;
        }
        newest = seconds;
        stretch = stretch[0]?.[1] === number ? [...stretch, [seconds, number]] : [[seconds, number]];
        expect(limitMs).toBeGreaterThanOrEqual(LEAST * 1000);
        expect(frozen).toBe(stretch.length >= 5 && (seconds - stretch[0]![0]) * 1000 > limitMs);
      });
    }), { numRuns: 1000 });
  });

  it('moves forward in time only, and does not move when the same frames are followed again', () => {
    fc.assert(fc.property(frames, (some) => {
      const steps = followAll(some);
      steps.forEach(({ rhythm }, index) => {
        const before = steps[index - 1]?.rhythm;
        if (before && rhythm !== before) expect(rhythm.lastCapturedAt > before.lastCapturedAt).toBe(true);
        expect(rhythm.since <= rhythm.lastCapturedAt).toBe(true);
      });
      if (some.length > 0) for (const { rhythm } of followAll(some, last(steps).rhythm)) expect(rhythm).toBe(last(steps).rhythm);
    }));
  });

  it('never takes a stay for longer than it was, nor for longer than the limit that held', () => {
    fc.assert(fc.property(frames, (some) => {
      const steps = followAll(some);
      steps.forEach(({ rhythm, limitMs }, index) => {
        const before = steps[index - 1]?.rhythm.usualStayMs ?? null;
        if (rhythm.usualStayMs === before || rhythm.usualStayMs === null) return;
        const previous = steps[index - 1]!.rhythm;
        const stayedMs = Date.parse(rhythm.since) - Date.parse(previous.since);
        expect(rhythm.usualStayMs).toBeLessThanOrEqual(Math.max(before ?? 0, Math.min(stayedMs, limitMs)));
        expect(rhythm.usualStayMs).toBeGreaterThanOrEqual(Math.min(before ?? Infinity, stayedMs, limitMs));
      });
    }));
  });
});
