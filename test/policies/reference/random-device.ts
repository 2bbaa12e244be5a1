/** Random rule sets and the frames of a device, drawn so that the two meet often and on the boundary. */
import fc from 'fast-check';
import type { Detection } from '../../../contracts/detection.ts';
import type { AssignedRule, RuleSet } from '../../../contracts/rule.ts';
import { instantFromEpochMicros } from '../../../contracts/time.ts';
import type { Anchor, Zone } from '../../../contracts/zone.ts';
import type { FrameToJudge } from '../../../policies/evaluate.ts';
import { allOf, anyOf, during, frames, noneOf, objects, selector, when } from '../../../policies/model.ts';
import type { Comparison, Condition, Window } from '../../../policies/model.ts';
import { RASTER, SHAPES } from './cells.ts';
import { EXPRESSIONS } from './expressions.ts';

const probability = fc.constantFrom(0.25, 0.5, 0.8, 0.800001, 1);
const name = fc.constantFrom('person', 'car', 'truck', 'dog', 'motorcycle', 'chair', 'vehicle', 'animal', 'other', 'anything', 'zebra');
/** As models write them; one has a class that is called like a group. */
const written = fc.constantFrom('person', 'person', 'Person', 'car', 'truck', 'dog', 'motorbike', 'chair', 'vehicle');
const ZONE_NAMES = ['yard', 'drive', 'gate'];
/** One that no device has is among them. */
const zoneName = fc.constantFrom(...ZONE_NAMES, 'pool');
const size = fc.constantFrom(0.015625, 0.0625, 0.25);

const objectsNode: fc.Arbitrary<Condition> = fc.record({
  select: fc.array(fc.record({ name, comparison: fc.constantFrom<Comparison>('>', '>='), threshold: probability }), { minLength: 1, maxLength: 3 }),
  except: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(name.filter((text) => text !== 'anything'), { maxLength: 2 }) }),
  zones: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.uniqueArray(zoneName, { maxLength: 2 }) }),
  outside: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.uniqueArray(zoneName, { maxLength: 2 }) }),
  minSize: fc.option(size, { freq: 3 }), maxSize: fc.option(size, { freq: 3 }),
  dwellMs: fc.constantFrom(0, 0, 0, 1000, 5000),
  motion: fc.constantFrom('any', 'any', 'any', 'arrival', 'departure'),
  bounds: fc.constantFrom<[number, number | null]>([1, null], [1, null], [1, null], [2, null], [0, 0], [0, 2], [1, 1], [2, 3]),
}).map(({ select, minSize, maxSize, dwellMs, motion, bounds: [atLeast, atMost], ...rest }) =>
  objects(select.map((item) => selector(item.name, item.comparison, item.threshold)), {
    ...rest, minSize, maxSize: minSize !== null && maxSize !== null && maxSize < minSize ? null : maxSize,
    motion, dwellMs: motion === 'departure' ? 0 : dwellMs, atLeast, atMost,
  }));

const plainNode = fc.tuple(name, fc.constantFrom<Comparison>('>', '>='), probability).map(([label, comparison, threshold]) => objects([selector(label, comparison, threshold)]));

export const window: fc.Arbitrary<Window> = fc.record({
  days: fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 }),
  from: fc.constantFrom(0, 120, 150, 360, 720, 1320, 1439),
  to: fc.constantFrom(1, 60, 120, 180, 360, 720, 1320, 1440),
});

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.oneof(
    { weight: 3, arbitrary: plainNode },
    { weight: 4, arbitrary: objectsNode },
    { weight: 1, arbitrary: fc.array(window, { minLength: 1, maxLength: 2 }).map(during) },
    { weight: 1, arbitrary: fc.constantFrom(...EXPRESSIONS).map(({ text }) => when(text)) },
  ),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { weight: 3, arbitrary: tie('leaf') },
    { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(anyOf) },
    { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(allOf) },
    { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 2 }).map(noneOf) },
    { weight: 2, arbitrary: fc.tuple(tie('tree'), fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.option(fc.constantFrom(1000, 3000), { freq: 2 }))
      .map(([child, of, atLeast, withinMs]) => frames(child, Math.min(atLeast, of), of, withinMs)) },
  ),
})).tree;

const zone: fc.Arbitrary<Omit<Zone, 'name'>> = fc.record({
  kind: fc.constantFrom('zone', 'zone', 'zone', 'mask'),
  polygon: fc.constantFrom(...SHAPES).map(({ polygon }) => polygon),
  anchor: fc.constantFrom<Anchor>('bottom-centre', 'centre', { overlap: 0.5 }, { overlap: 1 }, { overlap: 0.0625 }),
  classes: fc.option(fc.constantFrom(['person'], ['vehicle'], ['Cars', 'dog'], ['anything']), { freq: 3 }),
});

export const ruleSet: fc.Arbitrary<RuleSet> = fc.record({
  conditions: fc.array(condition, { minLength: 5, maxLength: 5 }),
  assignedZones: fc.array(fc.option(fc.uniqueArray(zoneName, { minLength: 1, maxLength: 2 }), { freq: 4 }), { minLength: 5, maxLength: 5 }),
  zones: fc.array(zone, { maxLength: 3 }),
  timeZone: fc.constantFrom('Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
}).map(({ conditions, assignedZones, zones, timeZone }) => ({
  ruleSetId: 'a', timeZone,
  rules: conditions.map((tree, n): AssignedRule => ({ ruleId: String(n), version: 1, condition: tree, severity: 'medium', zones: assignedZones[n] ?? null })),
  zones: zones.map((drawn, n) => ({ name: ZONE_NAMES[n] as string, ...drawn })),
}));

const [WIDTH, HEIGHT] = [320, 160];
const span = fc.tuple(fc.integer({ min: 0, max: RASTER - 1 }), fc.integer({ min: 1, max: RASTER })).map(([from, length]) => [from, Math.min(length, RASTER - from)] as const);

const detection: fc.Arbitrary<Detection> = fc.record({ label: written, probability, across: span, down: span }).map(({ label, probability: sure, across: [x, w], down: [y, h] }) => ({
  label, score: 0.1, probability: sure, box: [x * WIDTH / RASTER, y * HEIGHT / RASTER, w * WIDTH / RASTER, h * HEIGHT / RASTER],
}));

/** Few different pictures, so that things stay and go; some steps are long, and some frames are late. */
export const frameSequence: fc.Arbitrary<FrameToJudge[]> = fc.record({
  pictures: fc.array(fc.array(detection, { maxLength: 5 }), { minLength: 3, maxLength: 3 }),
  start: fc.integer({ min: 1_790_000_000, max: 1_800_000_000 }),
  steps: fc.array(fc.record({ picture: fc.integer({ min: 0, max: 2 }), ms: fc.constantFrom(0, 200, 1000, 1000, 3000, 3_600_000), late: fc.constantFrom(false, false, false, false, true) }), { minLength: 10, maxLength: 10 }),
}).map(({ pictures, start, steps }) => {
  let atMs = start * 1000;
  return steps.map(({ picture, ms, late }) => {
    if (!late) atMs += ms;
    const capturedAt = instantFromEpochMicros(BigInt(late ? atMs - ms - 1 : atMs) * 1000n);
    return { detections: pictures[picture] as Detection[], width: WIDTH, height: HEIGHT, capturedAt, late };
  });
});
