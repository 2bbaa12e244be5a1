import { describe, expect, it } from 'vitest';
import { arrivals, CAR, lastFacts, OTHER_CAR, PERSON, still, unless, walking, watch } from './scenes.ts';
import type { Thing } from './scenes.ts';

/** In every scene, so that it is no empty one. */
const BENCH: Thing = { label: 'bench', at: still([0.02, 0.8, 0.1, 0.1]) };
const walker = (seenFrom = 5): Thing => ({ label: 'person', at: walking({ from: [-0.05, 0.5, 0.05, 0.2], speed: [0.08, 0], startsAt: seenFrom, seenFrom }) });

describe('an arrival', () => {
  it.each([1, 2, 5, 10])('is a person who walks in, at %d frames a second, within three seconds', (fps) => {
    const frames = watch([walker(), BENCH], { seconds: 15, fps });
    expect(arrivals(frames)[0]).toBeLessThanOrEqual(8);
    expect(arrivals(frames).at(-1)).toBe(15);
    expect(arrivals(frames, 1)).toEqual([]);
  });

  it.each([2, 5, 10])('is a car that drives through the view within two seconds, at %d frames a second', (fps) => {
    const car: Thing = { label: 'car', at: walking({ from: [-0.2, 0.6, 0.2, 0.18], speed: [0.6, 0], startsAt: 5, seenFrom: 5 }) };
    expect(arrivals(watch([car, BENCH], { seconds: 10, fps })).length).toBeGreaterThan(0);
  });

  it('is a person who comes straight at the camera and only grows', () => {
    const nearing: Thing = { label: 'person', at: (seconds) => (seconds < 5 ? null : [0.5 - 0.01 * seconds, 0.4, 0.02 * (seconds - 4), 0.08 * (seconds - 4)]) };
    expect(arrivals(watch([nearing, BENCH], { seconds: 10 })).length).toBeGreaterThan(0);
  });

  it('is nothing that was there on the first frame, however it moves', () => {
    const there: Thing = { label: 'person', at: walking({ from: [0.1, 0.5, 0.05, 0.2], speed: [0.08, 0] }) };
    expect(arrivals(watch([there], { seconds: 10 }))).toEqual([]);
  });

  it('is nobody who is seen on one frame only', () => {
    const ghost: Thing = { label: 'person', at: (_, frame) => (frame % 30 === 29 ? [(frame % 7) / 10, 0.4, 0.05, 0.2] : null) };
    expect(arrivals(watch([ghost, BENCH], { seconds: 60 }))).toEqual([]);
  });

  it.each([1, 5, 10])('is nothing that appears in the middle of the picture and stays as it is, at %d frames a second', (fps) => {
    const revealed: Thing = { label: 'person', at: still(PERSON, [7, Infinity]) };
    const flickering: Thing = { label: 'car', at: unless(still(CAR, [7, Infinity]), (_, frame) => frame % 5 > 1) };
    const frames = watch([revealed, flickering, BENCH], { seconds: 200, fps });
    expect([arrivals(frames), arrivals(frames, 1)]).toEqual([[], []]);
  });

  it('is nothing that an exposure change hides and shows again', () => {
    const things = [CAR, OTHER_CAR, PERSON].map((place): Thing => ({ label: 'car', at: unless(still(place), (seconds) => seconds > 20 && seconds < 24.5) }));
    const new_ = [0.1, 0.3, 0.7].map((x): Thing => ({ label: 'car', at: still([x, 0.1, 0.08, 0.08], [22, 60]) }));
    const frames = watch([...things, ...new_], { seconds: 90 });
    expect(things.concat(new_).flatMap((_, index) => arrivals(frames, index))).toEqual([]);
  });

  it('is nothing whose box is only cut by what stands in front of it', () => {
    const [x, y, width, height] = OTHER_CAR;
    const cut: Thing = { label: 'car', at: (seconds) => (seconds < 3 ? null : seconds < 10 ? OTHER_CAR : seconds < 20 ? [x + width * 0.9, y, width * 0.1, height] : [x, y, width * 0.1, height]) };
    expect(arrivals(watch([cut, BENCH], { seconds: 19 }))).toEqual([]);
  });

  it('ends when the thing has been at rest for a minute', () => {
    const parking: Thing = { label: 'car', at: (seconds, frame) => (seconds < 5 ? null : seconds < 10 ? [(seconds - 5) * 0.1, 0.6, 0.2, 0.18] : still([0.5, 0.6, 0.2, 0.18])(seconds, frame)) };
    const arrived = arrivals(watch([parking, BENCH], { seconds: 120 }));
    expect(arrived[0]).toBeLessThan(8);
    expect(arrived.at(-1)).toBeGreaterThan(66);
    expect(arrived.at(-1)).toBeLessThan(75);
    expect(arrived).toHaveLength(Math.round(((arrived.at(-1) as number) - (arrived[0] as number)) * 5) + 1);
  });

  it('is somebody who has waited at the door for half a minute and goes on', () => {
    const visitor: Thing = { label: 'person', at: (seconds, frame) => (seconds < 5 ? null : still([Math.min(0.5, (seconds - 5) * 0.08) + Math.max(0, seconds - 45) * 0.05, 0.5, 0.05, 0.2])(seconds, frame)) };
    expect(arrivals(watch([visitor, BENCH], { seconds: 52 })).at(-1)).toBe(52);
  });
});

describe('what has come to stay', () => {
  const parked = (hidden: (seconds: number, frame: number) => boolean): Thing => ({ label: 'car', at: unless(still(CAR), hidden) });

  it('is known again after a shower of nine minutes, and its dwell goes on', () => {
    const frames = watch([parked((seconds) => seconds > 70 && seconds < 70 + 540), BENCH], { seconds: 700, fps: 2 });
    expect(arrivals(frames)).toEqual([]);
    expect(lastFacts(frames).dwellMs).toBe(700_000);
  });

  it('is known again after a night as long as it had stood before, on a camera that is never slow', () => {
    const evening = watch([parked(() => false), BENCH], { seconds: 8 * 3600, everySeconds: 2 });
    const night = watch([BENCH], { seconds: 7.9 * 3600, everySeconds: 2, fromSeconds: 8 * 3600 + 2, scene: evening.at(-1)?.scene ?? null });
    const morning = watch([parked(() => false), BENCH], { seconds: 60, everySeconds: 2, fromSeconds: 16 * 3600, scene: night.at(-1)?.scene ?? null });
    expect(lastFacts(morning).dwellMs).toBe((16 * 3600 + 60) * 1000);
  });

  it('is forgotten when it has been away for longer than it had stood', () => {
    const frames = watch([parked((seconds) => seconds > 70 && seconds < 900), BENCH], { seconds: 910, fps: 2 });
    expect(lastFacts(frames).dwellMs).toBe(10_000);
  });

  it('is not the next one at the door, though the first stood there for two minutes and left between two frames', () => {
    // Cut by the lower edge on the first frame, as whoever is near the camera.
    const visitor = (from: number, until: number): Thing => ({
      label: 'person', at: (seconds, frame) => (seconds === from ? [0.4, 0.5, 0.2, 0.5] : still([0.4, 0.1, 0.2, 0.88], [from, until])(seconds, frame)),
    });
    const frames = watch([visitor(10, 130), visitor(300, 340), BENCH], { seconds: 340, fps: 1 });
    expect(arrivals(frames)).not.toEqual([]);
    expect(arrivals(frames, 1)).not.toEqual([]);
    expect(frames.find(({ seconds }) => seconds === 339)?.facts[1]).toMatchObject({ dwellMs: 39_000, arrived: true });
  });

  it('frees its place as soon as it is seen to leave: who parks there next has arrived', () => {
    const first: Thing = { label: 'car', at: walking({ from: CAR, speed: [0.15, 0], startsAt: 70 }) };
    const second: Thing = { label: 'car', at: (seconds, frame) => (seconds < 90 ? null : still([CAR[0], CAR[1] - Math.max(0, 0.4 - (seconds - 90) * 0.1), CAR[2], CAR[3]])(seconds, frame)) };
    const frames = watch([first, second, BENCH], { seconds: 110 });
    expect(arrivals(frames)).toEqual([]);
    expect(arrivals(frames, 1).length).toBeGreaterThan(0);
    expect(lastFacts(frames, 1)).toMatchObject({ arrived: true, dwellMs: 20_000 });
  });

  it('is not mistaken for what drives past in front of it', () => {
    const past: Thing = { label: 'truck', at: walking({ from: [-0.2, 0.58, 0.2, 0.2], speed: [0.2, 0], startsAt: 70, seenFrom: 70 }) };
    // While the lorry covers it, the detector sees the lorry only.
    const hidden = parked((seconds) => seconds > 71.5 && seconds < 72.5);
    const frames = watch([hidden, past, BENCH], { seconds: 150 });
    expect(arrivals(frames)).toEqual([]);
    expect(lastFacts(frames).dwellMs).toBe(150_000);
    expect(arrivals(frames, 1).length).toBeGreaterThan(10);
    expect(frames.flatMap(({ departed }) => departed)).toEqual([]);
  });

  it('may be called car and truck in turn', () => {
    const van: Thing = { label: 'car', at: unless(still(CAR), (_, frame) => frame % 3 === 0) };
    const same: Thing = { label: 'truck', at: unless(still(CAR), (_, frame) => frame % 3 !== 0) };
    const frames = watch([van, same, BENCH], { seconds: 100 });
    expect(Math.max(lastFacts(frames.slice(0, -1)).dwellMs, 0)).toBeGreaterThan(99_000);
  });

  it('has no second box that arrives when it leaves', () => {
    const car: Thing = { label: 'car', at: walking({ from: CAR, speed: [0.15, 0], startsAt: 70 }) };
    const twin: Thing = { label: 'truck', probability: 0.3, at: unless(walking({ from: CAR, speed: [0.15, 0], startsAt: 70 }), (seconds, frame) => seconds < 71 || frame % 4 < 2) };
    expect(arrivals(watch([car, twin, BENCH], { seconds: 80 }), 1)).toEqual([]);
  });
});
