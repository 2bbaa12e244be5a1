/** Random rules over the whole model, for property tests. */
import fc from 'fast-check';
import { isSafeId } from '../../contracts/ids.ts';
import { canonicalClass } from '../../policies/class-names.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { allOf, ANYTHING, anyOf, classAbove, during, frames, MAX_FRAMES, noneOf, objects, selector, when } from '../../policies/model.ts';
import type { Comparison, Condition, Objects, Rule, Selector, Window } from '../../policies/model.ts';
import { MAX_COUNT, MAX_DURATION_MS } from '../../policies/language/limits.ts';

const label = fc.constantFrom('person', 'car', 'dog', 'cat', 'raccoon');
const comparison = fc.constantFrom<Comparison>('>', '>=');

const ruleId = fc.tuple(fc.constantFrom(...'aZ0'), fc.string({ unit: fc.constantFrom(...'bY9._:@-'), maxLength: 20 })).map(([first, rest]) => first + rest).filter(isSafeId);
const className = fc
  .oneof(label, fc.string({ unit: fc.constantFrom(...'aÉßłŒİ9 _-.\u0301'), minLength: 1, maxLength: 12 }))
  .map((text) => canonicalClass(`x${text}`));
const thresholdOf = (sign: Comparison) => fc.integer({ min: 0, max: sign === '>' ? 999_999 : 1_000_000 }).map((millionths) => millionths / 1_000_000);

/** Every rule that the one-line form can say. */
export const oneLineRule: fc.Arbitrary<Rule> = comparison.chain((sign) =>
  fc.tuple(ruleId, fc.uniqueArray(className, { minLength: 1, maxLength: 6 }), thresholdOf(sign)).map(([id, labels, threshold]) => ({
    ruleId: id,
    name: null,
    severity: null,
    condition: anyOf(labels.map((name) => classAbove(name, sign, threshold))),
  })),
);

/** Words that YAML readers take for something else, and signs that mean something to it. */
const trickyName = fc.constantFrom('true', 'null', 'no', '1', '007', '1e3', '0x1f', 'any', 'objects', 'at least', 'constructor', 'x - y', 'a&b', "o'clock", '12.5', 'vehicle', 'animal', 'other', ANYTHING);
const anyName = fc.oneof({ arbitrary: label, weight: 4 }, { arbitrary: className, weight: 2 }, trickyName);
const zoneName = fc.oneof(fc.constantFrom('yard', 'drive', 'Hof (Nord)', 'true', '12'), fc.string({ unit: fc.constantFrom(...'aÄ9 _-.&/'), maxLength: 10 }).map((text) => `Z${text}e`));
const share = fc.oneof(fc.constantFrom(0, 0.01, 0.5, 1), fc.integer({ min: 0, max: 1_000_000 }).map((millionths) => millionths / 1_000_000));

const sizeLimits = fc.oneof(
  fc.constant({ minSize: null, maxSize: null }),
  share.map((minSize) => ({ minSize, maxSize: null })),
  share.map((maxSize) => ({ minSize: null, maxSize })),
  fc.tuple(share, share).map(([one, other]) => ({ minSize: Math.min(one, other), maxSize: Math.max(one, other) })),
);

export const anySelector: fc.Arbitrary<Selector> = comparison.chain((sign) =>
  fc.tuple(anyName, fc.oneof(fc.constantFrom(0.5, 0.6, 0.8), thresholdOf(sign))).map(([name, threshold]) => selector(name, sign, threshold)));

/** A third of all objects say nothing but a class. */
export const anyObjects: fc.Arbitrary<Objects> = fc.oneof(
  fc.tuple(anyName, fc.constantFrom(0.5, 0.8)).map(([name, threshold]) => objects([selector(name, '>=', threshold)])),
  {
    weight: 2,
    arbitrary: fc.record({
      select: fc.uniqueArray(anySelector, { minLength: 1, maxLength: 4, selector: (item) => JSON.stringify(item) }),
      except: fc.uniqueArray(anyName, { maxLength: 2 }),
      zones: fc.uniqueArray(zoneName, { maxLength: 2 }),
      outside: fc.uniqueArray(zoneName, { maxLength: 2 }),
      size: sizeLimits,
      dwellMs: fc.oneof(fc.constantFrom(0, 500, 10_000, 90_000, 3_600_000), fc.integer({ min: 0, max: MAX_DURATION_MS })),
      motion: fc.constantFrom('any' as const, 'arrival' as const, 'departure' as const),
      atLeast: fc.oneof(fc.constantFrom(0, 1, 2), fc.integer({ min: 0, max: MAX_COUNT })),
      more: fc.option(fc.nat(3)),
    }).map(({ select, size, atLeast, more, ...rest }) =>
      objects(select, { ...rest, ...size, atLeast, atMost: more === null ? null : Math.min(MAX_COUNT, atLeast + more) })),
  },
);

const window: fc.Arbitrary<Window> = fc.record({
  days: fc.oneof(fc.constantFrom([1, 2, 3, 4, 5, 6, 7], [1, 2, 3, 4, 5], [6, 7], [1, 5, 6, 7]), fc.subarray([1, 2, 3, 4, 5, 6, 7], { minLength: 1 })),
  from: fc.oneof(fc.constantFrom(0, 480, 1320, 1439), fc.nat(1439)),
  to: fc.oneof(fc.constantFrom(1, 360, 1080, 1440), fc.integer({ min: 1, max: 1440 })),
});
export const anyDuring = fc.uniqueArray(window, { minLength: 1, maxLength: 3, selector: (item) => JSON.stringify(item) }).map(during);

export const anyWhen = fc
  .oneof(fc.constantFrom('size(objects) < 5', 'a: b # c', '> 80%', '"x" == \'y\'', 'size(objects) < 5 &&\n  hour >= 22', '- a', '*a', '\t{', 'true'), fc.string({ unit: fc.constantFrom(...'aß9 :#"\'\\\n\t{}[]<>&|=!%@`-?,.😀\u2028'), maxLength: 40 }))
  .map((text) => text.trim())
  .filter((text) => text !== '')
  .map(when);

/** Every condition that the model can hold. */
export const anyCondition: fc.Arbitrary<Condition> = fc.letrec<{ tree: Condition; leaf: Condition; list: Condition[] }>((tie) => ({
  leaf: fc.oneof({ arbitrary: anyObjects, weight: 5 }, anyDuring, anyWhen),
  list: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: tie('leaf'), weight: 3 },
    tie('list').map(anyOf),
    tie('list').map(allOf),
    tie('list').map(noneOf),
    fc.tuple(tie('tree'), fc.integer({ min: 2, max: MAX_FRAMES }), fc.nat(MAX_FRAMES), fc.option(fc.integer({ min: 1, max: MAX_DURATION_MS }))).map(([child, of, k, withinMs]) => frames(child, 1 + (k % of), of, withinMs)),
    // The shapes for which the level of the rule has a short form.
    fc.tuple(tie('tree'), anyDuring, anyWhen).map(([head, clock, expression]) => allOf([head, clock, expression])),
    fc.tuple(tie('tree'), fc.oneof(anyDuring, anyWhen)).map(allOf),
  ),
})).tree;

const title = fc.oneof(fc.constantFrom('Person in the yard', '100', 'null', 'a: b', '# x', '- y', '"'), fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.trim()).filter((text) => text !== '' && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text)));

/** Every rule that the model can hold. */
export const anyRule: fc.Arbitrary<Rule> = fc.record({
  ruleId: fc.oneof(ruleId, fc.constantFrom('100', '0', '007', '1e3', '0x10', '12345678901234567890', 'true', 'null', '1.5', '22:00')),
  name: fc.option(title),
  severity: fc.option(fc.constantFrom(...SEVERITIES)),
  condition: anyCondition,
});
