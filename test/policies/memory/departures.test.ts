import { describe, expect, it } from 'vitest';
import { CAR, departures, OTHER_CAR, still, unless, walking, watch } from './scenes.ts';
import type { Seen, Thing } from './scenes.ts';

const BENCH: Thing = { label: 'bench', at: still([0.02, 0.8, 0.1, 0.1]) };
const leaving = (startsAt: number, speed = 0.15): Thing => ({ label: 'car', at: walking({ from: CAR, speed: [speed, 0], startsAt }) });
const toldAt = (frames: readonly Seen[]): number[] => frames.filter(({ departed }) => departed.length > 0).map(({ seconds }) => seconds);

describe('a departure', () => {
  it.each([1, 2, 5, 10])('is told once, soon after a car that stood has driven out of view, at %d frames a second', (fps) => {
    const frames = watch([leaving(100), BENCH], { seconds: 130, fps });
    expect(toldAt(frames)).toHaveLength(1);
    // It is out of view after five seconds.
    expect(toldAt(frames)[0]).toBeGreaterThan(103);
    expect(toldAt(frames)[0]).toBeLessThan(113);
  });

  it('says what left, how surely it was seen, where it stood and in which zones, whatever it drove through', () => {
    const car: Thing = { label: 'car', probability: 0.9, at: walking({ from: CAR, speed: [0.15, 0], startsAt: 100 }), zones: (seconds) => (seconds < 101 ? 0b10 : 0b01) };
    const [told, ...more] = departures(watch([car, BENCH], { seconds: 130, zoneNames: ['street', 'drive'] }));
    expect(more).toEqual([]);
    expect(told).toMatchObject({ label: 'car', zones: 0b10 });
    expect(told?.probability).toBeGreaterThan(0.85);
    CAR.forEach((share, axis) => expect(told?.place[axis]).toBeCloseTo(share, 1));
  });

  it('keeps the zones in which it stood by name, though their order is changed or one is taken away while it drives', () => {
    const car = (bits: (seconds: number) => number): Thing => ({ label: 'car', at: walking({ from: CAR, speed: [0.1, 0], startsAt: 100 }), zones: bits });
    const swapped = watch([car((seconds) => (seconds < 100 ? 0b10 : 0)), BENCH], { seconds: 130, zoneNames: (seconds) => (seconds < 104 ? ['street', 'drive'] : ['drive', 'street']) });
    expect(departures(swapped).map(({ zones }) => zones)).toEqual([0b01]);
    const gone = watch([car((seconds) => (seconds < 100 ? 0b10 : 0)), BENCH], { seconds: 130, zoneNames: (seconds) => (seconds < 104 ? ['street', 'drive'] : ['street']) });
    expect(departures(gone).map(({ zones }) => zones)).toEqual([0]);
  });

  it('is nothing that has not stood for a minute', () => {
    expect(departures(watch([leaving(50), BENCH], { seconds: 80 }))).toEqual([]);
  });

  it('is nothing that only drives to another place in view', () => {
    const moving: Thing = { label: 'car', at: (seconds, frame) => still([CAR[0] + 0.1 * Math.max(0, Math.min(4, seconds - 100)), CAR[1], CAR[2], CAR[3]])(seconds, frame) };
    expect(departures(watch([moving, BENCH], { seconds: 300 }))).toEqual([]);
  });

  it('is nothing that somebody stands in front of, or that rain hides, for an hour', () => {
    const hidden: Thing = { label: 'car', at: unless(still(CAR), (seconds) => seconds > 100 && seconds < 3700) };
    expect(departures(watch([hidden, BENCH], { seconds: 3800, fps: 1 }))).toEqual([]);
  });

  it('is nothing whose box is off on one frame, whatever comes after', () => {
    const [x, y, width, height] = CAR;
    const off: Thing = { label: 'car', at: (seconds, frame) => (frame === 500 ? [x + width * 0.7, y, width, height] : seconds > 100 ? null : still(CAR)(seconds, frame)) };
    expect(departures(watch([off, BENCH], { seconds: 200 }))).toEqual([]);
  });

  it('is told for each of two cars that leave one after the other', () => {
    const second: Thing = { label: 'car', at: walking({ from: OTHER_CAR, speed: [0, 0.15], startsAt: 120 }) };
    expect(departures(watch([leaving(100), second, BENCH], { seconds: 150 }))).toHaveLength(2);
  });
});

describe('with a slow camera', () => {
  const slow = { everySeconds: 60 };

  it.each([4, 60, 300])('whatever is at no known place has arrived at once, at one frame in %d seconds, and is known once it has stood for a minute', (everySeconds) => {
    const car: Thing = { label: 'car', at: still(CAR, [everySeconds * 5, Infinity]) };
    const frames = watch([car, BENCH], { seconds: everySeconds * 5 + 120 + everySeconds, everySeconds });
    expect(frames.map(({ facts }) => facts[0]?.arrived ?? null).slice(5, 6)).toEqual([true]);
    expect(frames.at(-1)?.facts[0]).toMatchObject({ arrived: false });
    expect(frames.some(({ facts }) => facts[1]?.arrived)).toBe(false);
  });

  it('a single gap in a fast one makes it no slow one', () => {
    const revealed: Thing = { label: 'car', at: still(CAR, [20, Infinity]) };
    const before = watch([BENCH], { seconds: 10 });
    const after = watch([BENCH, revealed], { seconds: 30, fromSeconds: 25, scene: before.at(-1)?.scene ?? null });
    expect(after.some(({ facts }) => facts[1]?.arrived)).toBe(false);
  });

  it('what stood has departed on the third frame that misses it, and is told once', () => {
    const car: Thing = { label: 'car', at: still(CAR, [0, 601]) };
    const frames = watch([car, BENCH], { seconds: 1800, ...slow });
    expect(toldAt(frames)).toEqual([780]);
    expect(departures(frames)).toMatchObject([{ label: 'car' }]);
  });

  it('what is missed on two frames in a row is still known', () => {
    const car: Thing = { label: 'car', at: unless(still(CAR), (_, frame) => frame % 5 > 2) };
    const frames = watch([car, BENCH], { seconds: 3600, ...slow });
    expect(frames.some(({ facts, departed }) => facts[0]?.arrived || departed.length > 0)).toBe(false);
    expect(frames.findLast(({ facts }) => facts[0] !== null)?.facts[0]?.dwellMs).toBeGreaterThan(3_400_000);
  });

  it('who comes after a departure has arrived', () => {
    const car: Thing = { label: 'car', at: unless(still(CAR), (seconds) => seconds > 600 && seconds < 1200) };
    const frames = watch([car, BENCH], { seconds: 1200, ...slow });
    expect(frames.at(-1)?.facts[0]).toEqual({ dwellMs: 0, zoneDwellMs: null, arrived: true });
  });

  it('nothing departs that something else hides', () => {
    const car: Thing = { label: 'car', at: unless(still(CAR), (seconds) => seconds > 600) };
    const person: Thing = { label: 'person', at: still([CAR[0], CAR[1] - 0.1, CAR[2], CAR[3] + 0.2], [600, Infinity]) };
    expect(departures(watch([car, person, BENCH], { seconds: 3600, ...slow }))).toEqual([]);
  });

  it('nothing departs when most of what was known vanishes at once, and all of it is known when the picture is back', () => {
    const things = [CAR, OTHER_CAR, [0.4, 0.1, 0.1, 0.1] as const].map((place): Thing => ({ label: 'car', at: unless(still(place), (seconds) => seconds > 1200 && seconds < 3000) }));
    const frames = watch([...things, BENCH], { seconds: 3600, ...slow });
    expect(departures(frames)).toEqual([]);
    expect(frames.some(({ facts }) => facts.some((some) => some?.arrived))).toBe(false);
  });

  it('what was gone when the picture came back has departed', () => {
    const things = [CAR, OTHER_CAR, [0.4, 0.1, 0.1, 0.1] as const].map((place, index): Thing => ({ label: 'car', at: unless(still(place), (seconds) => seconds > 1200 && (index === 0 || seconds < 1500)) }));
    const frames = watch([...things, BENCH], { seconds: 3600, ...slow });
    expect(departures(frames)).toHaveLength(1);
    expect(toldAt(frames)[0]).toBeGreaterThan(1500);
  });
});

