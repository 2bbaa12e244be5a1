import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { takes } from '../../../policies/class-groups.ts';
import { nodesOf } from '../../../policies/check/condition-tree.ts';
import { impossibilityOf } from '../../../policies/check/impossible-objects.ts';
import { possibilitiesOf } from '../../../policies/check/possibility.ts';
import { ALWAYS, NEVER } from '../../../policies/check/week.ts';
import { allOf, anyOf, ANYTHING, during, frames, noneOf, objects, selector } from '../../../policies/model.ts';
import type { Condition, Objects, Window } from '../../../policies/model.ts';

/** Something in a made-up frame, with all that a rule can ask of it. */
interface Thing {
  readonly label: string;
  readonly probability: number;
  readonly size: number;
  readonly zones: readonly string[];
  readonly dwellMs: number;
  readonly motion: 'arrived' | 'there' | 'departed';
}

interface MadeUpFrame {
  readonly things: readonly Thing[];
  /** Since Monday 00:00. */
  readonly minute: number;
  readonly assignedZones: readonly string[] | null;
}

/** What each condition says, word for word and as simply as can be. Whether earlier frames suffice is anybody's guess: `enough`. */
function holds(node: Condition, frame: MadeUpFrame, enough: boolean): boolean {
  switch (node.kind) {
    case 'all-of': return node.children.every((child) => holds(child, frame, enough));
    case 'any-of': return node.children.some((child) => holds(child, frame, enough));
    case 'none-of': return !node.children.some((child) => holds(child, frame, enough));
    case 'frames': return enough && holds(node.child, frame, enough);
    case 'during': return node.windows.some((window) => isOpen(window, frame.minute));
    case 'objects': {
      const count = frame.things.filter((thing) => fits(node, thing, frame.assignedZones)).length;
      return count >= node.atLeast && (node.atMost === null || count <= node.atMost);
    }
    case 'when': throw new Error('not made up here');
  }
}

function fits(node: Objects, thing: Thing, assignedZones: readonly string[] | null): boolean {
  const zones = node.zones.length > 0 ? node.zones : assignedZones;
  const isSeen = thing.motion !== 'departed';
  return (node.motion === 'departure') !== isSeen && (node.motion !== 'arrival' || thing.motion === 'arrived') &&
    node.select.some(({ name, comparison, threshold }) => takes(name, thing.label) && (comparison === '>' ? thing.probability > threshold : thing.probability >= threshold)) &&
    !node.except.some((name) => takes(name, thing.label)) &&
    (zones === null || zones.some((zone) => thing.zones.includes(zone))) && !node.outside.some((zone) => thing.zones.includes(zone)) &&
    (node.minSize === null || thing.size >= node.minSize) && (node.maxSize === null || thing.size <= node.maxSize) &&
    (node.dwellMs === 0 || (isSeen && thing.dwellMs >= node.dwellMs));
}

function isOpen({ days, from, to }: Window, minute: number): boolean {
  const [day, clock] = [Math.floor(minute / 1440) + 1, minute % 1440];
  if (to > from) return days.includes(day) && clock >= from && clock < to;
  return (days.includes(day) && clock >= from) || (days.includes(day === 1 ? 7 : day - 1) && clock < to);
}

const some = <T>(...values: T[]) => fc.constantFrom(...values);
const zones = fc.subarray(['yard', 'drive', 'street'], { maxLength: 2 });
const share = some(null, null, null, 0.1, 0.2);

const objectsNode: fc.Arbitrary<Objects> = fc.record({
  select: fc.array(fc.tuple(some('person', 'car', 'vehicle', 'other', 'dog', ANYTHING), some<'>' | '>='>('>', '>='), some(0.3, 0.5, 0.8)), { minLength: 1, maxLength: 2 }),
  except: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.subarray(['car', 'vehicle', 'person', ANYTHING], { maxLength: 1 })),
  zones: fc.oneof(fc.constant([]), zones),
  outside: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, zones),
  bounds: fc.tuple(share, share),
  dwellMs: some(0, 0, 0, 5000, 10_000),
  motion: some<Objects['motion']>('any', 'any', 'any', 'arrival', 'departure'),
  count: some<[number, number | null]>([1, null], [1, null], [0, 0], [0, 0], [2, null], [0, 1], [1, 2], [0, null]),
}).map(({ select, bounds: [one, other], count: [atLeast, atMost], ...limits }) => {
  const ordered = one !== null && other !== null && other < one ? [other, one] : [one, other];
  return objects(select.map(([name, comparison, threshold]) => selector(name, comparison, threshold)), { ...limits, minSize: ordered[0] ?? null, maxSize: ordered[1] ?? null, atLeast, atMost });
});

/** Two that are much alike, of which one asks for something and the other for little or nothing of it: where contradictions are, and near misses of them. */
const opposed = fc.record({ base: objectsNode, other: objectsNode, kept: fc.subarray(['select', 'except', 'zones', 'outside', 'minSize', 'maxSize', 'dwellMs', 'motion'] as const, { minLength: 5 }), byNone: fc.boolean() })
  .map(({ base, other, kept, byNone }) => {
    const like = objects(base.select, { ...other, ...Object.fromEntries(kept.map((field) => [field, base[field]])), ...(byNone ? { atLeast: 1, atMost: null } : { atLeast: 0, atMost: 0 }) });
    return allOf([objects(base.select, { ...base, atLeast: 1, atMost: null }), byNone ? noneOf([like]) : like]);
  });

const clock = some(0, 360, 540, 1020, 1320, 1439);
const duringNode = fc.array(fc.record({ days: some([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [6, 7], [7]), from: clock, to: clock.map((minute) => minute || 1440) }), { minLength: 1, maxLength: 2 }).map(during);

const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    objectsNode,
    duringNode,
    opposed,
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(anyOf),
    fc.array(tie('tree'), { minLength: 2, maxLength: 4 }).map(allOf),
    fc.array(tie('tree'), { minLength: 1, maxLength: 2 }).map(noneOf),
    tie('tree').map((child) => frames(child, 2, 3)),
  ),
})).tree;

const thing: fc.Arbitrary<Thing> = fc.record({
  label: some('person', 'person', 'car', 'car', 'bus', 'dog', 'kite'),
  probability: some(0.3, 0.4, 0.5, 0.6, 0.8, 0.9),
  size: some(0.05, 0.1, 0.15, 0.2, 0.5),
  zones: fc.subarray(['yard', 'drive', 'street']),
  dwellMs: some(0, 5000, 20_000),
  motion: some<Thing['motion']>('arrived', 'there', 'there', 'departed'),
});

const frame: fc.Arbitrary<MadeUpFrame> = fc.record({
  things: fc.array(thing, { maxLength: 5 }),
  minute: fc.tuple(fc.integer({ min: 0, max: 6 }), some(0, 1, 359, 360, 539, 540, 1019, 1020, 1320, 1438, 1439)).map(([day, minute]) => day * 1440 + minute),
  assignedZones: some(null, null, ['yard'], ['drive', 'street']),
});

describe('when a condition may and must hold', () => {
  it('is never told wrong: no made-up frame makes hold what may not, or fail what must', () => {
    let [impossible, contradictions, sure] = [0, 0, 0];
    fc.assert(fc.property(condition, fc.array(fc.tuple(frame, fc.boolean()), { minLength: 12, maxLength: 12 }), (root, tries) => {
      const possibilities = possibilitiesOf(root, (node) => node.kind === 'when' || impossibilityOf(node) === null);
      for (const node of nodesOf(root)) {
        const { may = ALWAYS, must = NEVER, contradiction = null } = possibilities.get(node) ?? {};
        if (may === NEVER) impossible += 1;
        if (contradiction?.cover === 'certain') contradictions += 1;
        if (must !== NEVER) sure += 1;
        for (const [made, enough] of tries) {
          const bit = 1n << BigInt(made.minute);
          const truth = holds(node, made, enough);
          if (truth ? (may & bit) === NEVER : (must & bit) !== NEVER) expect.fail(`${truth ? 'holds and may not' : 'fails and must hold'}: ${JSON.stringify([node, made])}`);
        }
      }
    }), { numRuns: 6000, seed: 6 });
    // The law is only worth something where something was found to hold it against.
    expect(impossible).toBeGreaterThan(400);
    expect(contradictions).toBeGreaterThan(200);
    expect(sure).toBeGreaterThan(400);
  });
});
