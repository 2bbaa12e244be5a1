import { describe, expect, it } from 'vitest';
import { arrivals, CAR, departures, lastFacts, OTHER_CAR, still, walking, watch } from './scenes.ts';
import type { Thing } from './scenes.ts';

const parked = (place: readonly [number, number, number, number], from = 0): Thing => ({ label: 'car', at: still(place, [from, Infinity]) });
const FAR_CAR = [0.45, 0.15, 0.04, 0.04] as const;
const FAR_OTHER = [0.7, 0.2, 0.05, 0.04] as const;
/** Swings by up to `wide` for as long as it lasts. */
const swing = (from: number, seconds: number, wide: number) => (at: number): readonly [number, number] =>
  (at < from || at >= from + seconds ? [0, 0] : [wide * Math.cos((at - from) * 9), wide * 0.6 * Math.cos((at - from) * 7)]);

describe('a shaken camera', () => {
  it.each([1, 2, 5, 10])('makes no arrival and no departure of what is known, at %d frames a second', (fps) => {
    const things = [parked(FAR_CAR), parked(FAR_OTHER), parked(CAR)];
    const frames = watch(things, { seconds: 130, fps, shift: swing(80, 10, 0.08) });
    expect(things.flatMap((_, thing) => arrivals(frames, thing))).toEqual([]);
    expect(departures(frames)).toEqual([]);
    things.forEach((_, thing) => expect(lastFacts(frames, thing).dwellMs).toBe(130_000));
  });

  it('makes none of what came to light a while ago either, where two known things tell how far the picture is off', () => {
    const things = [parked(FAR_CAR), parked(FAR_OTHER), parked([0.2, 0.3, 0.03, 0.05], 60)];
    const frames = watch(things, { seconds: 120, shift: swing(80, 10, 0.08) });
    expect(arrivals(frames, 2)).toEqual([]);
    expect(lastFacts(frames, 2).dwellMs).toBe(60_000);
  });

  it('that stays askew makes none, and who walks in then is one', () => {
    const walker: Thing = { label: 'person', at: walking({ from: [-0.05, 0.5, 0.05, 0.2], speed: [0.08, 0], startsAt: 100, seenFrom: 100 }) };
    const things = [parked(FAR_CAR), parked(FAR_OTHER), parked([0.2, 0.3, 0.03, 0.05], 60), walker];
    const frames = watch(things, { seconds: 108, shift: (seconds) => (seconds < 80 ? [0, 0] : [0.1, -0.06]) });
    expect([0, 1, 2].flatMap((thing) => arrivals(frames, thing))).toEqual([]);
    expect(departures(frames)).toEqual([]);
    expect(lastFacts(frames, 3).arrived).toBe(true);
  });

  it('tells where a thing stood in the picture as it is now', () => {
    const leaving: Thing = { label: 'car', at: walking({ from: CAR, speed: [0.2, 0], startsAt: 100 }) };
    const frames = watch([parked(FAR_CAR), parked(FAR_OTHER), leaving], { seconds: 120, shift: (seconds) => (seconds < 80 ? [0, 0] : [0.1, -0.06]) });
    const told = departures(frames);
    expect(told).toHaveLength(1);
    expect(told[0]?.place[0]).toBeCloseTo(CAR[0] + 0.1, 1);
    expect(told[0]?.place[1]).toBeCloseTo(CAR[1] - 0.06, 1);
  });

  it.each([[2, 0.05], [5, 0.05], [10, 0.05], [5, 0.12], [10, 0.12]])('makes no arrival of a single thing that came to light, when it is still again within two seconds (%d frames a second, by %d)', (fps, wide) => {
    const frames = watch([parked(FAR_CAR, 10), { label: 'bench', at: still([0.02, 0.8, 0.1, 0.1]) }], { seconds: 60, fps, shift: swing(30, 1.9, wide) });
    expect(arrivals(frames)).toEqual([]);
  });

  it('makes no departure of a single thing that stood', () => {
    const frames = watch([parked(FAR_CAR)], { seconds: 160, shift: swing(100, 1.9, 0.1) });
    expect(departures(frames)).toEqual([]);
    expect(arrivals(frames)).toEqual([]);
    expect(lastFacts(frames).dwellMs).toBe(160_000);
  });

  it('is not what two cars show that leave together while a third stays', () => {
    const leaving = (place: readonly [number, number, number, number]): Thing => ({ label: 'car', at: walking({ from: place, speed: [0, 0.1], startsAt: 100 }) });
    const frames = watch([leaving(CAR), leaving(OTHER_CAR), parked(FAR_CAR)], { seconds: 130 });
    expect(departures(frames)).toHaveLength(2);
    expect(arrivals(frames, 2)).toEqual([]);
  });
});
