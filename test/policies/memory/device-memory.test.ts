import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantToEpochMs, parseInstant, plusMs } from '../../../contracts/time.ts';
import type { Instant } from '../../../contracts/time.ts';
import { advance, EMPTY_MEMORY, readMemory } from '../../../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../../../policies/memory/device-memory.ts';
import { observe } from '../../../policies/memory/observe.ts';

const NOON = parseInstant('2026-11-21T12:00:00Z');
/** Seconds after noon, by either clock. */
const at = (seconds: number): Instant => plusMs(NOON, seconds * 1000);
const HOUR = 3600;

interface Judged {
  readonly late: boolean;
  readonly clockJumpedBack: boolean;
  readonly memory: DeviceMemory;
}

/** Judges frames given as [captured, accepted] in seconds after noon. */
function judgeAll(frames: readonly (readonly [captured: number, accepted: number])[]): Judged[] {
  let memory = EMPTY_MEMORY;
  return frames.map(([captured, accepted]) => {
    const step = advance(memory, { capturedAt: at(captured), acceptedAt: at(accepted) });
    memory = step.memory;
    return step;
  });
}
const live = (from: number, count: number, everySeconds = 1, delaySeconds = 1) =>
  Array.from({ length: count }, (_, index) => [from + index * everySeconds, from + index * everySeconds + delaySeconds] as const);
const last = (judged: readonly Judged[]): Judged => judged.at(-1) ?? expect.fail('nothing judged');
const jumps = (judged: readonly Judged[]) => judged.filter((step) => step.clockJumpedBack).length;

describe('the cursor of a device', () => {
  it('follows the frames of a live camera', () => {
    const judged = judgeAll(live(0, 20));
    expect(judged.some((step) => step.late || step.clockJumpedBack)).toBe(false);
    expect(last(judged).memory.cursor).toBe(at(19));
  });

  it('stays where it is for a frame that was overtaken, and the frame is late', () => {
    const judged = judgeAll([[10, 11], [9, 12]]);
    expect(last(judged)).toMatchObject({ late: true, clockJumpedBack: false, memory: { cursor: at(10) } });
    expect(last(judged).memory).toEqual(judged[0]?.memory);
  });

  it('does not mind that the frame at the cursor is judged again', () => {
    expect(last(judgeAll([[10, 11], [10, 11]]))).toMatchObject({ late: false, clockJumpedBack: false, memory: { cursor: at(10) } });
  });

  it('is not moved by a capture time more than 30 s ahead of its acceptance', () => {
    expect(last(judgeAll([[0, 1], [31.1, 1]]))).toMatchObject({ late: false, memory: { cursor: at(0) } });
    expect(last(judgeAll([[31.1, 1]]))).toMatchObject({ late: false, memory: { cursor: null } });
    expect(last(judgeAll([[0, 1], [31, 1]]))).toMatchObject({ late: false, memory: { cursor: at(31) } });
  });

  it('follows a backlog that comes in order, however old', () => {
    const backlog = Array.from({ length: 50 }, (_, index) => [-48 * HOUR + index, index / 10] as const);
    const judged = judgeAll(backlog);
    expect(judged.some((step) => step.late)).toBe(false);
  });
});

describe('frames that merely come late', () => {
  it('are no clock that jumped: a backlog comes in faster than it was captured', () => {
    const backlog = Array.from({ length: 600 }, (_, index) => [-6 * HOUR + index, 2 + index / 10] as const);
    const judged = judgeAll([[0, 1], ...backlog]);
    expect(judged.slice(1).every((step) => step.late)).toBe(true);
    expect(jumps(judged)).toBe(0);
    expect(last(judged).memory.cursor).toBe(at(0));
  });

  it('are no clock that jumped while live frames come in between', () => {
    const mixed = live(0, 300).flatMap(([captured, accepted]) => [[captured, accepted] as const, [captured - HOUR, accepted + 0.1] as const]);
    const judged = judgeAll(mixed);
    expect(jumps(judged)).toBe(0);
    expect(last(judged.slice(0, -1)).memory.cursor).toBe(at(299));
  });

  it('are no clock that jumped when they were accepted before the frame at the cursor and only judged after it', () => {
    const judged = judgeAll([[120, 121], ...live(0, 100)]);
    expect(judged.slice(1).every((step) => step.late)).toBe(true);
    expect(jumps(judged)).toBe(0);
  });

  it('are no clock that jumped while the clock of the camera runs a little ahead', () => {
    const judged = judgeAll([[20, 0], [-24 * HOUR, 1]]);
    expect(last(judged)).toMatchObject({ late: true, clockJumpedBack: false, memory: { cursor: at(20) } });
  });
});

describe('a clock that was put back', () => {
  it('is known at once when the cursor lies in the future of a fresh frame', () => {
    const judged = judgeAll([...live(25, 10, 1, -25), [10, 10.5]]);
    expect(last(judged)).toMatchObject({ late: false, clockJumpedBack: true, memory: { cursor: at(10), behind: null } });
  });

  it('by no more than uploads overtake each other is left to heal by itself', () => {
    expect(jumps(judgeAll([[5, 0], [1, 1], [2, 2], [3, 3], [6, 6]]))).toBe(0);
  });

  it('by an hour is known after half a minute of frames that keep one delay', () => {
    const judged = judgeAll([...live(0, 10), ...live(10, 60, 1, 1).map(([captured, accepted]) => [captured - HOUR, accepted] as const)]);
    const jumpedAt = judged.findIndex((step) => step.clockJumpedBack);
    expect(jumps(judged)).toBe(1);
    expect(jumpedAt).toBe(40);
    expect(judged.slice(10, 40).every((step) => step.late)).toBe(true);
    expect(judged.slice(40).some((step) => step.late)).toBe(false);
    expect(last(judged).memory.cursor).toBe(at(69 - HOUR));
  });

  it('is known on a slow camera, too, once five frames agree', () => {
    const judged = judgeAll([[0, 1], ...live(300, 8, 300).map(([captured, accepted]) => [captured - HOUR, accepted] as const)]);
    expect(judged.findIndex((step) => step.clockJumpedBack)).toBe(5);
  });

  it('is known although the network makes the delay tremble', () => {
    const trembling = live(10, 60).map(([captured, accepted], index) => [captured - HOUR, accepted + (index % 3) * 0.6] as const);
    expect(jumps(judgeAll([[0, 1], ...trembling]))).toBe(1);
  });

  it('and forward again sees its frames in order at once', () => {
    const back = live(10, 60).map(([captured, accepted]) => [captured - HOUR, accepted] as const);
    const judged = judgeAll([[0, 1], ...back, ...live(70, 10)]);
    expect(judged.slice(-10).some((step) => step.late || step.clockJumpedBack)).toBe(false);
  });
});

describe('the memory of a device, whatever its frames', () => {
  const frames = fc.array(fc.tuple(fc.integer({ min: -200, max: 200 }), fc.integer({ min: -60, max: 200 })).map(([captured, delay]) => [captured, captured + delay] as const), { maxLength: 60 });

  it('goes forward in time, or says that the clock jumped, and never past what a right clock could show', () => {
    fc.assert(
      fc.property(frames, (some) => {
        let cursor: Instant | null = null;
        judgeAll(some).forEach((step, index) => {
          const [captured, accepted] = some[index] ?? expect.fail('no frame');
          const moved = step.memory.cursor !== cursor;
          if (moved) expect(step.memory.cursor).toBe(at(captured));
          if (moved) expect(captured - accepted).toBeLessThanOrEqual(30);
          if (moved && cursor !== null && at(captured) < cursor) expect(step.clockJumpedBack).toBe(true);
          expect(step.late).toBe(cursor !== null && at(captured) < cursor && !step.clockJumpedBack);
          if (step.late) expect(moved).toBe(false);
          cursor = step.memory.cursor;
        });
      }),
      { numRuns: 2000 },
    );
  });

  it('stays small and survives being kept as JSON after every frame', () => {
    fc.assert(
      fc.property(frames, (some) => {
        for (const { memory } of judgeAll(some)) {
          const kept = JSON.stringify(memory);
          expect(kept.length).toBeLessThan(400);
          expect(readMemory(JSON.parse(kept))).toEqual(memory);
        }
      }),
    );
  });

  it('carries on what rules remember, and starts anew when the clock jumped back', () => {
    const { scene } = observe(null, { atMs: instantToEpochMs(at(9)), objects: [], zoneNames: [] });
    const before: DeviceMemory = { ...EMPTY_MEMORY, cursor: at(9), cursorAcceptedAt: at(9), frames: 7, scene, hits: { 'a rule': [[7, 1000]] } };
    const remembered = { frames: 7, scene, hits: before.hits };
    expect(advance(before, { capturedAt: at(10), acceptedAt: at(11) }).memory).toEqual({ ...EMPTY_MEMORY, ...remembered, cursor: at(10), cursorAcceptedAt: at(11) });
    expect(advance(before, { capturedAt: at(-60), acceptedAt: at(11) }).memory).toMatchObject({ ...remembered, cursor: at(9) });
    expect(advance({ ...before, cursor: at(30) }, { capturedAt: at(10), acceptedAt: at(11) })).toMatchObject({
      clockJumpedBack: true, memory: { frames: 0, scene: null, hits: {}, cursor: at(10) },
    });
  });
});

describe('a memory as it was kept', () => {
  const { scene } = observe(null, { atMs: 1e12, objects: [{ label: 'car', probability: 0.8, place: [0.1, 0.1, 0.2, 0.2], zones: 1 }], zoneNames: ['drive'] });
  const whole: DeviceMemory = { version: 2, cursor: at(0), cursorAcceptedAt: at(1), behind: null, frames: 3, scene, hits: { 'rule 100 0.1': [[2, 1e12], [3, 1e12 + 500]] } };
  const text = JSON.stringify(whole);
  const kept = (change: (memory: Record<string, unknown>) => unknown): unknown => {
    const memory = JSON.parse(text) as Record<string, unknown>;
    return change(memory) ?? memory;
  };

  it('is read as it was', () => {
    expect(readMemory(JSON.parse(text))).toEqual(whole);
    expect(readMemory(JSON.parse(JSON.stringify(EMPTY_MEMORY)))).toEqual(EMPTY_MEMORY);
  });

  it('of version 1 is taken over with its cursor', () => {
    const first = { version: 1, cursor: at(0), cursorAcceptedAt: at(1), behind: { firstCapturedAt: at(-9), firstAcceptedAt: at(1), frames: 2 } };
    expect(readMemory(first)).toEqual({ ...EMPTY_MEMORY, ...first, version: 2 });
  });

  it('keeps its cursor when only the frames behind it cannot be read', () => {
    expect(readMemory({ version: 1, cursor: at(0), cursorAcceptedAt: at(1), behind: { frames: 'many' } })).toMatchObject({ cursor: at(0), behind: null });
  });

  const track = (change: object) => kept((memory) => ({ ...memory, scene: { ...scene, tracks: [{ ...scene.tracks[0], ...change }] } }));
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['text', 'x'],
    ['a number', 7],
    ['a list', []],
    ['an empty object', {}],
    ['another version', kept((memory) => ({ ...memory, version: 3 }))],
    ['a cursor that is no moment', kept((memory) => ({ ...memory, cursor: 'noon' }))],
    ['half a cursor', kept((memory) => ({ ...memory, cursorAcceptedAt: null }))],
    ['version 1 without a cursor', { version: 1, cursor: at(0) }],
    ['no count of frames', kept((memory) => ({ ...memory, frames: -1 }))],
    ['a scene without tracks', kept((memory) => ({ ...memory, scene: {} }))],
    ['more tracks than there can be', kept((memory) => ({ ...memory, scene: { ...scene, tracks: Array(129).fill(scene.tracks[0]) } }))],
    ['a track without a size', track({ place: [0.1, 0.1, 0, 0.1] })],
    ['a track with a number that is none', track({ speedX: null })],
    ['a track with a flag that is none', track({ known: 1 })],
    ['a track with a stay that is none', track({ stays: [['drive', 1]] })],
    ['hits that are no numbers', kept((memory) => ({ ...memory, hits: { rule: [['a', 1]] } }))],
    ['more hits than count', kept((memory) => ({ ...memory, hits: { rule: Array(101).fill([1, 1]) } }))],
    ['hits in a list', kept((memory) => ({ ...memory, hits: [] }))],
  ])('with %s cannot be read: it is built anew', (_, value) => {
    expect(readMemory(value)).toBeNull();
  });

  it('takes nothing from a prototype and gives nothing to one', () => {
    expect(readMemory(Object.create(whole))).toBeNull();
    const tricky = JSON.parse(text.replace('"rule 100 0.1"', '"__proto__"')) as unknown;
    const read = readMemory(tricky) ?? expect.fail('cannot be read');
    expect(Object.keys(read.hits)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)[0]).toBeUndefined();
    expect(JSON.parse(JSON.stringify(read))).toEqual(tricky);
  });

  it('whatever was done to it, can be observed with or is built anew', () => {
    const paths = pathsOf(JSON.parse(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.double(), fc.constantFrom(1e308, -1, 0, 1e15, '', null))), { maxLength: 3 }), (changes) => {
        const changed = JSON.parse(text) as unknown;
        for (const [path, value] of changes) put(changed, path, value);
        const memory = readMemory(JSON.parse(JSON.stringify(changed)));
        if (memory === null) return;
        const object = { label: 'car', probability: 0.5, place: [0.1, 0.1, 0.2, 0.2] as const, zones: 1 };
        for (const atMs of [1e12 + 500, 1e12 + 1000, 1e12 + 90_000]) {
          const { scene: after, objects } = observe(memory.scene, { atMs, objects: [object, object], zoneNames: ['drive'] });
          expect(objects).toHaveLength(2);
          expect(after.tracks.length).toBeLessThanOrEqual(128);
          expect(readMemory(JSON.parse(JSON.stringify({ ...memory, scene: after })))).not.toBeNull();
        }
        advance(memory, { capturedAt: at(5), acceptedAt: at(6) });
      }),
      { numRuns: 3000 },
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => { expect(readMemory(value)).toBeNull(); }));
  });
});

/** Of every value inside. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [...(path.length > 0 ? [path] : []), ...Object.entries(value).flatMap(([key, inside]) => pathsOf(inside, [...path, key]))];
}

function put(whole: unknown, path: readonly string[], value: unknown): void {
  const holder = path.slice(0, -1).reduce<unknown>((inside, key) => (typeof inside === 'object' && inside !== null ? (inside as Record<string, unknown>)[key] : undefined), whole);
  if (typeof holder === 'object' && holder !== null) (holder as Record<string, unknown>)[path.at(-1) as string] = value;
}
