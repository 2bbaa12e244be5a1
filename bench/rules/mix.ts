/**
 * The rules of the bench: what many admins would write for one busy device, drawn with a fixed seed, all of them assigned. Not tuned to what
 * the engine does well: three in ten speak of people and as many of vehicles, which are in most frames; one in twenty-five must be asked on every frame
 * because it holds when nothing is seen; one in fifty is an expression.
 */
import { COCO_LABELS } from '../../adapters/detector/labels.ts';
import type { AssignedRule, RuleSet } from '../../contracts/rule.ts';
import type { Zone } from '../../contracts/zone.ts';
import { allOf, anyOf, classAbove, during, frames, noneOf, objects, selector, when } from '../../policies/model.ts';
import type { Condition } from '../../policies/model.ts';
import { seededRandom } from '../../test/support/seeded-random.ts';
import { pick, weighted } from './random.ts';
import type { RandomNumbers } from './random.ts';

const SUBJECTS: readonly (readonly [weight: number, names: readonly string[]])[] = [
  [30, ['person']],
  [30, ['vehicle', 'car', 'truck', 'bus', 'motorcycle', 'bicycle']],
  [10, ['animal', 'dog', 'cat', 'bird']],
  [30, COCO_LABELS],
];
const THRESHOLDS = [0.5, 0.6, 0.7, 0.8, 0.9];
const ZONES = ['yard', 'drive', 'gate', 'fence'];
const NIGHT = during([{ days: [1, 2, 3, 4, 5], from: 22 * 60, to: 6 * 60 }, { days: [6, 7], from: 0, to: 1440 }]);

export type Mix = 'mixed' | 'stateless' | 'person';

/** Weights of the kinds of rules, and how one is made; `remembers`: it needs the device memory. */
const KINDS: readonly { readonly weight: number; readonly remembers: boolean; readonly make: (random: RandomNumbers) => Condition }[] = [
  { weight: 48, remembers: false, make: (random) => anyOf(Array.from({ length: 1 + Math.floor(random() * 3) }, () => plain(random))) },
  { weight: 10, remembers: false, make: (random) => limited(random, { atLeast: 2 + Math.floor(random() * 3), minSize: 0.01 }) },
  { weight: 12, remembers: false, make: (random) => limited(random, { zones: [pick(random, ZONES)] }) },
  { weight: 10, remembers: false, make: (random) => allOf([plain(random), NIGHT]) },
  { weight: 4, remembers: false, make: (random) => allOf([noneOf([plain(random)]), NIGHT]) },
  { weight: 2, remembers: false, make: (random) => when(`objects.exists(o, o.label == "${pick(random, COCO_LABELS)}" && o.probability > 0.8 && o.y > 0.5)`) },
  { weight: 7, remembers: true, make: (random) => frames(plain(random), 3, 5) },
  { weight: 4, remembers: true, make: (random) => limited(random, { dwellMs: 10_000 }) },
  { weight: 3, remembers: true, make: (random) => limited(random, { motion: 'arrival' }) },
];

export function ruleSetOf(count: number, mix: Mix): RuleSet {
  const random = seededRandom(count);
  const kinds = KINDS.filter(({ remembers }) => mix === 'mixed' || !remembers);
  const rules = Array.from({ length: count }, (_, n): AssignedRule => ({
    ruleId: String(n).padStart(5, '0'), version: 1, severity: 'medium', zones: null,
    condition: mix === 'person' ? classAbove('person', '>', pick(random, THRESHOLDS)) : weighted(random, kinds.map((kind) => [kind.weight, kind] as const)).make(random),
  }));
  return { ruleSetId: mix, rules, zones: ZONES.map(zoneOf), timeZone: 'Europe/Berlin' };
}

const nameOf = (random: RandomNumbers): string => pick(random, weighted(random, SUBJECTS));
const plain = (random: RandomNumbers): Condition => classAbove(nameOf(random), '>', pick(random, THRESHOLDS));
const limited = (random: RandomNumbers, limits: Parameters<typeof objects>[1]): Condition => objects([selector(nameOf(random), '>=', pick(random, THRESHOLDS))], limits);

/** Four quarters of the picture with a corner cut off. */
function zoneOf(name: string, n: number): Zone {
  const [x, y] = [(n % 2) / 2, Math.floor(n / 2) / 2];
  return { name, kind: 'zone', anchor: 'bottom-centre', classes: null, polygon: [[x, y], [x + 0.4, y], [x + 0.5, y + 0.1], [x + 0.5, y + 0.5], [x, y + 0.5]] };
}
