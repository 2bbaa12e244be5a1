import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CAR, lastFacts, PERSON, still, unless, walking, watch } from './scenes.ts';
import type { Thing } from './scenes.ts';

const BENCH: Thing = { label: 'bench', at: still([0.02, 0.8, 0.1, 0.1]) };

describe('dwell', () => {
  it('is the time since a thing came into view, on its first frame 0', () => {
    const frames = watch([{ label: 'person', at: still(PERSON, [5, Infinity]) }, BENCH], { seconds: 15 });
    expect(frames.find(({ facts }) => facts[0] !== null)?.facts[0]?.dwellMs).toBe(0);
    expect(lastFacts(frames).dwellMs).toBe(10_000);
  });

  it('is exactly a minute after a minute, whatever fractions the capture times have', () => {
    const person: Thing = { label: 'person', at: still(PERSON) };
    for (const everySeconds of [0.1, 1 / 3, 0.7, 1]) {
      const frame = watch([person], { seconds: 60, everySeconds }).find(({ seconds }) => Math.abs(seconds - 60) < 1e-9);
      if (frame) expect(frame.facts[0]?.dwellMs).toBe(60_000);
    }
  });

  it.each([[10, 30], [5, 15], [1, 2]])('goes on at %d frames a second while %d frames in a row miss a person who walks', (fps, misses) => {
    const person: Thing = { label: 'person', at: unless(walking({ from: [0, 0.5, 0.05, 0.2], speed: [0.05, 0] }), (_, frame) => frame % (misses + 2) > 1) };
    const frames = watch([person, BENCH], { seconds: 18, fps });
    expect(frames.findLast(({ facts }) => facts[0] !== null)?.facts[0]?.dwellMs).toBeGreaterThan(13_000);
  });

  it('begins anew for who comes when the other has been gone for a while', () => {
    const first: Thing = { label: 'person', at: walking({ from: [0.8, 0.5, 0.05, 0.2], speed: [0.05, 0] }) };
    const second: Thing = { label: 'person', at: walking({ from: [0.95, 0.5, 0.05, 0.2], speed: [-0.05, 0], startsAt: 12, seenFrom: 12 }) };
    expect(lastFacts(watch([first, second, BENCH], { seconds: 15 }), 1)).toMatchObject({ dwellMs: 3000, arrived: true });
  });

  it.each([1, 2, 5, 10])('of two people who cross each other, and are one box while they do, goes on, at %d frames a second', (fps) => {
    const right = walking({ from: [0.2, 0.5, 0.05, 0.2], speed: [0.04, 0], startsAt: 5, seenFrom: 5 });
    const left = walking({ from: [0.7, 0.5, 0.05, 0.2], speed: [-0.04, 0], startsAt: 5, seenFrom: 5 });
    // Less than half a width apart the detector sees one of them.
    const hidden = (seconds: number) => Math.abs(0.2 + 0.04 * (seconds - 5) - (0.7 - 0.04 * (seconds - 5))) < 0.025;
    const frames = watch([{ label: 'person', at: right }, { label: 'person', at: unless(left, hidden) }, BENCH], { seconds: 18, fps });
    for (const thing of [0, 1]) expect(lastFacts(frames, thing)).toMatchObject({ dwellMs: 13_000, arrived: true });
  });

  it('goes on for one object that moves smoothly at walking and driving speeds, at 1 to 10 frames a second, with one or two frames missed here and there', () => {
    const kinds = fc.constantFrom(
      { label: 'person', width: 0.04, height: 0.18, sizesPerSecond: 0.9 },
      { label: 'person', width: 0.1, height: 0.5, sizesPerSecond: 0.5 },
      { label: 'dog', width: 0.06, height: 0.06, sizesPerSecond: 2 },
      { label: 'car', width: 0.12, height: 0.1, sizesPerSecond: 2.5 },
    );
    fc.assert(
      fc.property(kinds, fc.constantFrom(1, 2, 5, 10), fc.double({ min: 0.1, max: 1, noNaN: true }), fc.double({ min: -0.5, max: 0.5, noNaN: true }), fc.array(fc.boolean(), { minLength: 200, maxLength: 200 }),
        (kind, fps, pace, slope, missed) => {
          const speed = kind.sizesPerSecond * Math.max(kind.width, kind.height) * pace;
          const path = walking({ from: [0.02, 0.4, kind.width, kind.height], speed: [speed, speed * slope * 0.3] });
          // At most two in a row, and never the first two: nobody knows yet where it is heading.
          const hidden = (frame: number) => frame > 1 && missed[frame % 200] === true && !(missed[(frame - 1) % 200] === true && missed[(frame - 2) % 200] === true && frame % 3 !== 0) && frame % 3 !== 0;
          const seconds = Math.min(20, (0.96 - kind.width) / speed);
          const frames = watch([{ label: kind.label, at: unless(path, (_, frame) => hidden(frame)) }, BENCH], { seconds, fps });
          const seen = frames.filter(({ facts }) => facts[0] !== null);
          for (const { seconds: at, facts } of seen) expect(facts[0]?.dwellMs).toBeCloseTo(at * 1000, 3);
        }),
      { numRuns: 300 },
    );
  });
});

describe('dwell in a zone', () => {
  const zoneNames = ['street', 'drive'];
  const inside = (zones: (seconds: number) => number): Thing => ({ label: 'car', at: still(CAR), zones });

  it('is null without zones, and 0 in those it is not in', () => {
    expect(lastFacts(watch([inside(() => 0)], { seconds: 5 })).zoneDwellMs).toBeNull();
    expect(lastFacts(watch([inside(() => 0b10)], { seconds: 5, zoneNames })).zoneDwellMs).toEqual([0, 5000]);
  });

  it('is the time since it went in', () => {
    const frames = watch([inside((seconds) => (seconds < 4 ? 0b01 : 0b10))], { seconds: 10, zoneNames });
    expect(lastFacts(frames)).toMatchObject({ dwellMs: 10_000, zoneDwellMs: [0, 6000] });
  });

  it('goes on over a step outside of less than two seconds, and is 0 on that step', () => {
    const frames = watch([inside((seconds) => (seconds >= 5 && seconds < 6.5 ? 0 : 1))], { seconds: 10, zoneNames });
    expect(frames.find(({ seconds }) => seconds === 6)?.facts[0]?.zoneDwellMs).toEqual([0, 0]);
    expect(lastFacts(frames).zoneDwellMs).toEqual([10_000, 0]);
  });

  it('begins anew after a longer one', () => {
    expect(lastFacts(watch([inside((seconds) => (seconds >= 5 && seconds < 8 ? 0 : 1))], { seconds: 10, zoneNames })).zoneDwellMs).toEqual([2000, 0]);
    expect(lastFacts(watch([inside((seconds) => (seconds === 5 ? 0 : 1))], { seconds: 20, everySeconds: 5, zoneNames })).zoneDwellMs).toEqual([10_000, 0]);
  });

  it('goes on while the thing is missed', () => {
    const hidden: Thing = { label: 'car', at: unless(still(CAR), (seconds) => seconds > 70 && seconds < 200), zones: () => 1 };
    expect(lastFacts(watch([hidden, BENCH], { seconds: 300, zoneNames })).zoneDwellMs).toEqual([300_000, 0]);
  });

  it('is kept by name: another order of the zones, one more or one less changes nothing for the others', () => {
    const orders: (readonly string[])[] = [['street', 'drive'], ['drive', 'street'], ['gate', 'drive', 'street'], ['drive']];
    const namesAt = (seconds: number) => orders[Math.min(3, Math.floor(seconds / 5))] as readonly string[];
    const frames = watch([inside((seconds) => 1 << namesAt(seconds).indexOf('drive'))], { seconds: 19, zoneNames: namesAt });
    expect(lastFacts(frames).zoneDwellMs).toEqual([19_000]);
    expect(frames.find(({ seconds }) => seconds === 12)?.facts[0]?.zoneDwellMs).toEqual([0, 12_000, 0]);
  });

  it('knows thirty zones apart', () => {
    const names = Array.from({ length: 30 }, (_, zone) => `zone ${zone}`);
    const all = lastFacts(watch([inside((seconds) => (seconds < 3 ? 1 << 29 : (2 ** 30 - 1)))], { seconds: 5, zoneNames: names })).zoneDwellMs;
    expect(all).toEqual(names.map((_, zone) => (zone === 29 ? 5000 : 2000)));
  });
});
