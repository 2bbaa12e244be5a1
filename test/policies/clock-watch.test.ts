import { describe, expect, it } from 'vitest';
import { parseInstant, plusMs } from '../../contracts/time.ts';
import type { Instant } from '../../contracts/time.ts';
import { DEFAULT_CLOCK, isAhead, longerClock, openedClock, watchClock } from '../../policies/clock-watch.ts';
import type { ClockStretch, PastClockNotice } from '../../policies/clock-watch.ts';

const NOON = parseInstant('2026-03-01T12:00:00Z');
const at = (seconds: number): Instant => plusMs(NOON, seconds * 1000);
const HOUR = 3_600;

/** Frames by the second of their acceptance and how far ahead they were captured; says what became of it, frame by frame. */
function seen(frames: readonly (readonly [second: number, ahead: number])[], { stretch = null, past = null }: { stretch?: ClockStretch | null; past?: PastClockNotice | null } = {}) {
  let current = stretch;
  const moves = frames.map(([second, ahead]) => {
    const move = watchClock(current, past, { acceptedAt: at(second), capturedAt: at(second + ahead) });
    if (move.kind === 'moved') current = move.stretch;
    else if (move.kind !== 'unmoved') current = null;
    return move.kind === 'moved' ? (move.stretch.openedAt === null ? 'suspected' : 'open') : move.kind;
  });
  return { moves, stretch: current };
}
const OPEN = seen([[0, 120], [30, 120], [60, 120]]).stretch!;
const right = (from: number, frames: number) => Array.from({ length: frames }, (_, n) => [from + n, 0] as const);

describe('a clock that is ahead', () => {
  it('is told of with the third frame, a minute after the first', () => {
    expect(seen([[0, 120], [30, 120], [60, 120]]).moves).toEqual(['suspected', 'suspected', 'open']);
    expect(seen([[0, 120], [10, 120], [20, 120], [59, 120]]).moves.at(-1)).toBe('suspected');
    expect(seen([[0, 120], [90, 120]]).moves.at(-1)).toBe('suspected');
  });

  it('says how far by the latest frame', () => {
    expect(seen([[0, 120], [30, 130], [60, 140]]).stretch).toMatchObject({ since: at(0), lastAt: at(60), frames: 3, offSeconds: 140, openedAt: at(60) });
  });

  it('is no trouble within the limit, and none when the next frame is right', () => {
    expect(isAhead({ capturedAt: at(30), acceptedAt: at(0) })).toBe(false);
    expect(seen([[0, 30], [30, 30], [90, 30]]).moves).toEqual(['unmoved', 'unmoved', 'unmoved']);
    expect(seen([[0, 120], [200, 0]]).moves).toEqual(['suspected', 'dropped']);
  });

  it('is told of again only when the last notice is long enough ago', () => {
    const past = { openedAt: at(-HOUR), seenUntil: at(-60) };
    expect(seen([[0, 120], [30, 120], [60, 120]], { past }).moves.at(-1)).toBe('suspected');
    expect(seen([[0, 120], [30, 120], [6 * HOUR, 120]], { past }).moves.at(-1)).toBe('open');
  });

  it('counts a frame once, however often it is seen', () => {
    expect(seen([[0, 120], [0, 120], [0, 120]]).stretch?.frames).toBe(1);
  });
});

describe('a clock of which people were told', () => {
  it('is well with ten right frames in a row, and not with nine', () => {
    expect(seen(right(300, 10), { stretch: OPEN }).moves).toEqual([...Array(9).fill('open'), 'closed']);
    expect(seen([...right(300, 9), [400, 120], ...right(600, 9)], { stretch: OPEN }).stretch?.rightFrames).toBe(9);
  });

  it('is not judged by frames that come late, as a recorder sends them', () => {
    expect(seen([[300, -HOUR], [301, -601]], { stretch: OPEN }).moves).toEqual(['unmoved', 'unmoved']);
  });

  it('that was put right has its first frames captured before the last wrong one: they count for nothing', () => {
    expect(seen([[100, 0], [170, 0], [181, 0]], { stretch: OPEN }).moves).toEqual(['unmoved', 'unmoved', 'open']);
  });
});

describe('a clock that was put back', () => {
  const jumped = openedClock(longerClock(null, { at: at(0), frames: 1, offMs: -HOUR * 1000, seenUntil: at(-HOUR) }), null, DEFAULT_CLOCK);

  it('goes on being wrong while it keeps its distance, and is told of', () => {
    expect(seen([[30, -HOUR], [60, -HOUR - 5]], { stretch: jumped }).moves).toEqual(['suspected', 'open']);
  });

  it('is right again with a frame of now, and not with one that merely comes late', () => {
    expect(seen([[30, -2 * HOUR + 1]], { stretch: jumped }).moves).toEqual(['unmoved']);
    expect(seen([[30, -1]], { stretch: jumped }).moves).toEqual(['dropped']);
  });
});
