/** Random rules, frames and detections for property tests. */
import fc from 'fast-check';
import type { Detection } from '../../contracts/detection.ts';
import { isSafeId } from '../../contracts/ids.ts';
import { instantFromEpochMicros } from '../../contracts/time.ts';
import { canonicalClass } from '../../policies/class-names.ts';
import { allOf, anyOf, classAbove } from '../../policies/model.ts';
import type { Comparison, Condition, Rule } from '../../policies/model.ts';

/** Few classes and few thresholds, so that rules and frames meet often and on the boundary. */
const label = fc.constantFrom('person', 'car', 'dog', 'cat', 'raccoon');
const probability = fc.constantFrom(0, 0.25, 0.5, 0.8, 0.800001, 1);
const comparison = fc.constantFrom<Comparison>('>', '>=');

export const detections: fc.Arbitrary<Detection[]> = fc.array(
  fc.record({ label: fc.oneof(label, fc.constantFrom('motorbike', 'zebra')), score: probability, probability, box: fc.constant([0, 0, 1, 1] as const) }),
  { maxLength: 8 },
);

export const condition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition }>((tie) => ({
  leaf: fc.tuple(label, comparison, probability).map(([name, sign, threshold]) => classAbove(name, sign, threshold)),
  tree: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(anyOf),
    fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map(allOf),
  ),
})).tree;

export const moment = fc
  .bigInt({ min: 1_700_000_000_000_000n, max: 1_900_000_000_000_000n })
  .map(instantFromEpochMicros);

const ruleId = fc.tuple(fc.constantFrom(...'aZ0'), fc.string({ unit: fc.constantFrom(...'bY9._:@-'), maxLength: 20 })).map(([first, rest]) => first + rest).filter(isSafeId);
const className = fc
  .oneof(label, fc.string({ unit: fc.constantFrom(...'aÉßłŒİ9 _-.\u0301'), minLength: 1, maxLength: 12 }))
  .map((text) => canonicalClass(`x${text}`));
const thresholdOf = (sign: Comparison) => fc.integer({ min: 0, max: sign === '>' ? 999_999 : 1_000_000 }).map((millionths) => millionths / 1_000_000);

/** Every rule that the one-line form can say. */
export const oneLineRule: fc.Arbitrary<Rule> = comparison.chain((sign) =>
  fc.tuple(ruleId, fc.uniqueArray(className, { minLength: 1, maxLength: 6 }), thresholdOf(sign)).map(([id, labels, threshold]) => ({
    ruleId: id,
    condition: anyOf(labels.map((name) => classAbove(name, sign, threshold))),
  })),
);
