import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { observe } from '../../../policies/memory/observe.ts';
import { readScene } from '../../../policies/memory/read-scene.ts';
import type { Observation, Observed, ObservedFrame, SceneMemory } from '../../../policies/memory/scene-memory.ts';
import { SCENE_SETTINGS } from '../../../policies/memory/scene-settings.ts';

const share = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
const object: fc.Arbitrary<Observed> = fc.record({
  label: fc.constantFrom('person', 'car', 'truck', 'dog', 'cat', 'kite'),
  probability: share,
  place: fc.tuple(share, share, share.map((size) => 0.02 + size / 3), share.map((size) => 0.02 + size / 3)),
  zones: fc.integer({ min: 0, max: 7 }),
});
const ZONES = ['street', 'drive', 'gate'];

/** Scenes in which the same few things are about: random boxes alone would never meet again. */
const film: fc.Arbitrary<readonly ObservedFrame[]> = fc
  .tuple(fc.array(object, { maxLength: 8 }), fc.array(fc.tuple(fc.constantFrom(0, 100, 200, 1000, 5000, 60_000, 3_600_000), fc.array(fc.tuple(fc.nat(7), share, share, fc.boolean()), { maxLength: 8 }), fc.array(object, { maxLength: 2 })), { maxLength: 30 }))
  .map(([things, frames]) => {
    let atMs = 1_795_240_800_000.5;
    return frames.map(([intervalMs, seen, more]) => {
      atMs += intervalMs;
      const again = seen.flatMap(([which, dx, dy, isWide]): Observed[] => {
        const thing = things[which];
        const wide = isWide ? 0.3 : 0.02;
        return thing ? [{ ...thing, place: [thing.place[0] + (dx - 0.5) * wide, thing.place[1] + (dy - 0.5) * wide, thing.place[2], thing.place[3]] }] : [];
      });
      return { atMs, objects: [...again, ...more], zoneNames: ZONES };
    });
  });

function observeAll(frames: readonly ObservedFrame[], between: (scene: SceneMemory) => SceneMemory = (scene) => scene): Observation[] {
  let scene: SceneMemory | null = null;
  return frames.map((frame) => {
    const observation = observe(scene, frame);
    scene = between(observation.scene);
    return observation;
  });
}

const byContent = ({ objects }: ObservedFrame, facts: Observation['objects']): string[] => objects.map((some, index) => JSON.stringify([some, facts[index]])).sort();

function deeplyFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deeplyFrozen);
  return value;
}

describe('observing', () => {
  it('gives facts for every object, in the order of the frame', () => {
    fc.assert(
      fc.property(film, (frames) => {
        observeAll(frames).forEach(({ objects }, index) => expect(objects).toHaveLength(frames[index]?.objects.length ?? -1));
      }),
      { numRuns: 200 },
    );
  });

  it('changes nothing that it is given', () => {
    fc.assert(
      fc.property(film, (frames) => {
        observeAll(deeplyFrozen(frames), deeplyFrozen);
      }),
      { numRuns: 200 },
    );
  });

  it('says the same whether the memory was kept as text between frames or not', () => {
    fc.assert(
      fc.property(film, (frames) => {
        const kept = observeAll(frames, (scene) => JSON.parse(JSON.stringify(scene)) as SceneMemory);
        const read = observeAll(frames, (scene) => readScene(JSON.parse(JSON.stringify(scene))) ?? expect.fail('cannot be read'));
        const plain = observeAll(frames);
        expect(kept).toEqual(plain);
        expect(read).toEqual(plain);
      }),
      { numRuns: 500 },
    );
  });

  it('does not care in which order a frame names its objects', () => {
    fc.assert(
      fc.property(film, fc.infiniteStream(fc.nat()), (frames, numbers) => {
        const shuffled = frames.map((frame) => ({
          ...frame, objects: frame.objects.map((some) => ({ some, key: numbers.next().value as number })).sort((a, b) => a.key - b.key).map(({ some }) => some),
        }));
        const [one, other] = [observeAll(frames), observeAll(shuffled)];
        frames.forEach((frame, index) => {
          expect(byContent(shuffled[index] as ObservedFrame, other[index]?.objects ?? [])).toEqual(byContent(frame, one[index]?.objects ?? []));
          expect(other[index]?.scene).toEqual(one[index]?.scene);
          expect(other[index]?.departed).toEqual(one[index]?.departed);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('stays bounded for ever, however many things come and go', () => {
    let scene: SceneMemory | null = null;
    for (let frame = 0; frame < 400; frame += 1) {
      const objects = Array.from({ length: 90 }, (_, index): Observed => ({
        label: `kind ${(index * 7 + frame) % 40}`, probability: 0.5, zones: 7, place: [((index * 37 + frame * 61) % 97) / 100, ((index * 53 + frame * 29) % 89) / 100, 0.03, 0.03],
      }));
      scene = observe(scene, { atMs: 1e12 + frame * 700, objects, zoneNames: ZONES }).scene;
      expect(scene.tracks.length).toBeLessThanOrEqual(SCENE_SETTINGS.maxTracks);
      expect(JSON.stringify(scene).length).toBeLessThan(SCENE_SETTINGS.maxTracks * 800);
    }
  });

  it('forgets first what it would forget first anyway, and nothing that is in view', () => {
    const place = (index: number) => [(index % 12) * 0.08, Math.floor(index / 12) * 0.1, 0.05, 0.07] as const;
    const car = (index: number): Observed => ({ label: 'car', probability: 0.8, place: place(index), zones: 0 });
    const person = (index: number): Observed => ({ label: 'person', probability: 0.8, place: place(index), zones: 0 });
    const [parked, crowd] = [Array.from({ length: 90 }, (_, index) => car(index)), Array.from({ length: 100 }, (_, index) => person(index))];
    let scene = observe(null, { atMs: 0, objects: parked, zoneNames: [] }).scene;
    for (let second = 1; second <= 1800; second += 1) scene = observe(scene, { atMs: second * 1000, objects: second < 900 ? parked : parked.slice(0, 20), zoneNames: [] }).scene;
    const { scene: crowded } = observe(scene, { atMs: 1_801_000, objects: crowd, zoneNames: [] });
    expect(crowded.tracks.filter(({ label }) => label === 'person')).toHaveLength(100);
    // Those that stood for half an hour outlast those that stood for a quarter.
    expect(crowded.tracks.filter(({ label, spotSeenAtMs }) => label === 'car' && spotSeenAtMs >= 1_800_000)).toHaveLength(20);
    expect(crowded.tracks).toHaveLength(SCENE_SETTINGS.maxTracks);
  });

  it('takes the surest of a thousand objects, and nothing is known of the others', () => {
    const objects = Array.from({ length: 1000 }, (_, index): Observed => ({
      label: 'person', probability: 0.2 + (index % 500) / 1000, place: [(index % 40) / 40, Math.floor(index / 40) / 25, 0.02, 0.03], zones: 1,
    }));
    let scene: SceneMemory | null = null;
    for (let frame = 0; frame < 20; frame += 1) {
      const { scene: after, objects: facts } = observe(scene, { atMs: 1e12 + frame * 500, objects, zoneNames: ['gate'] });
      scene = after;
      facts.forEach((some, index) => {
        const isFollowed = (objects[index]?.probability ?? 0) >= 0.65;
        expect(some).toEqual({ dwellMs: isFollowed ? frame * 500 : 0, zoneDwellMs: [isFollowed ? frame * 500 : 0], arrived: false });
      });
    }
  });

  it('does not follow what is no box, and is none the worse for it', () => {
    const broken = [[0.1, 0.1, 0, 0.1], [0.1, 0.1, -1, 0.1], [NaN, 0, 0.1, 0.1], [0, 0, Infinity, 0.1], [1e9, 0, 0.1, 0.1]] as const;
    const objects = [...broken.map((place): Observed => ({ label: 'person', probability: 0.9, place, zones: 0 })), { label: 'person', probability: NaN, place: [0.1, 0.1, 0.1, 0.1] as const, zones: 0 }];
    const { scene, objects: facts } = observe(null, { atMs: 0, objects, zoneNames: [] });
    expect(scene.tracks).toEqual([]);
    expect(facts).toEqual(objects.map(() => ({ dwellMs: 0, zoneDwellMs: null, arrived: false })));
  });

  it('takes a frame that comes again for the same frame', () => {
    const frame = (atMs: number, x: number): ObservedFrame => ({ atMs, objects: [{ label: 'person', probability: 0.9, place: [x, 0.5, 0.05, 0.2], zones: 0 }], zoneNames: [] });
    let { scene } = observe(null, { atMs: 0, objects: [], zoneNames: [] });
    ({ scene } = observe(scene, frame(500, 0.4)));
    for (let again = 0; again < 5; again += 1) {
      const observation = observe(scene, frame(1000, 0.45));
      scene = observation.scene;
      expect(observation.objects[0]).toMatchObject({ dwellMs: 500, arrived: false });
    }
    expect(observe(scene, frame(1500, 0.5)).objects[0]).toMatchObject({ dwellMs: 1000, arrived: true });
  });
});
