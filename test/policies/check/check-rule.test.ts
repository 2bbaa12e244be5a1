import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../policies/check/check-rule.ts';
import { allOf, anyOf, ANYTHING, classAbove, during, frames, noneOf, objects, selector, when } from '../../../policies/model.ts';
import type { Condition, Objects } from '../../../policies/model.ts';
import { readRule } from '../../../policies/language/read-rule.ts';
import { COCO, COCO_LABELS, codesOf, device, model, NOBODY, parsed, zone } from './rule-sights.ts';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const some = (name: string, limits: Parameters<typeof objects>[1] = {}, threshold = 0.8) => objects([selector(name, '>', threshold)], limits);
const no = (name: string, threshold = 0.5, limits: Partial<Objects> = {}) => objects([selector(name, '>', threshold)], { ...limits, atLeast: 0, atMost: 0 });
const window = (from: number, to: number, days = EVERY_DAY) => ({ days, from: from * 60, to: to * 60 });
const PERSON = some('person');

describe('a rule that is in order', () => {
  it.each<[string, Condition]>([
    ['one class', anyOf([classAbove('person', '>', 0.8)])],
    ['a group', some('vehicle')],
    ['anything', some(ANYTHING)],
    ['the other classes', some('other')],
    ['nobody at a time', allOf([no('person'), during([window(9, 17)])])],
    ['a person without a bag', allOf([PERSON, no('backpack')])],
    ['a person beside another, surer one', allOf([PERSON, objects([selector('person', '>=', 0.9)], { atLeast: 0, atMost: 1 })])],
    ['windows over midnight that meet', allOf([during([window(22, 6)]), during([window(5, 8)]), PERSON])],
    ['an expression', allOf([PERSON, when('hour >= 22')])],
    ['an arrival that waits for a minute', some('person', { motion: 'arrival', dwellMs: 60_000 })],
    ['an arrival within a yard', some('person', { zones: ['yard'], motion: 'arrival' })],
    ['2 of 3 frames', frames(PERSON, 2, 3)],
    ['any size but the smallest', some('person', { minSize: 0.01, maxSize: 0.01 })],
  ])('has no problems: %s', (_, condition) => {
    expect(checkRule(parsed(condition), NOBODY)).toEqual([]);
  });
});

describe('what can never be is refused', () => {
  it.each<[string, Condition, string]>([
    ['a class that is left out again', some('car', { except: ['vehicle'] }), 'selection_empty'],
    ['inside and outside one zone', some('car', { zones: ['yard'], outside: ['yard', 'street'] }), 'selection_empty'],
    ['a departure that stays', some('car', { motion: 'departure', dwellMs: 1000 }), 'departure_misused'],
    ['no departure', anyOf([PERSON, no('car', 0.5, { motion: 'departure' })]), 'departure_misused'],
    ['a window of no or all hours', allOf([PERSON, during([window(8, 8)])]), 'window_ambiguous'],
    ['night and day', allOf([during([window(22, 6)]), PERSON, during([window(9, 17)])]), 'windows_never_meet'],
    ['a weekend on Mondays', allOf([PERSON, during([window(0, 24, [6, 7])]), anyOf([during([window(0, 24, [1])])])]), 'windows_never_meet'],
    ['night and not at night', allOf([PERSON, during([window(22, 6)]), noneOf([during([window(21, 7)])])]), 'windows_never_meet'],
    ['windows inside frames', allOf([frames(allOf([PERSON, during([window(1, 2)])]), 2, 3), during([window(12, 13)])]), 'windows_never_meet'],
    ['none of what is always', allOf([PERSON, noneOf([objects([selector('dog', '>', 0.5)], { atLeast: 0 })])]), 'condition_impossible'],
    ['an expression that is none', allOf([PERSON, when('hour >=')]), 'expression_malformed'],
    ['an expression of unknown things', when('temperature > 3'), 'expression_malformed'],
  ])('%s', (_, condition, code) => {
    expect(checkRule(parsed(condition), NOBODY)).toEqual([expect.objectContaining({ severity: 'error', code })]);
  });

  it.each<[string, Condition]>([
    ['a person and none', allOf([PERSON, no('person')])],
    ['a person and none, by "none"', allOf([PERSON, noneOf([some('person', {}, 0.5)])])],
    ['a person and not a single thing', allOf([PERSON, no(ANYTHING)])],
    ['a car and no vehicle', allOf([some('car'), no('vehicle')])],
    ['vehicles and none of each of their classes', allOf([some('vehicle'), objects(['vehicle', 'bicycle', 'car', 'motorcycle', 'bus', 'train', 'truck', 'boat', 'airplane'].map((name) => selector(name, '>', 0.1)), { atLeast: 0, atMost: 0 })])],
    ['three of what are two at most', allOf([some('person', { atLeast: 3 }), objects([selector('person', '>', 0.8)], { atLeast: 0, atMost: 2 })])],
    ['in the yard and nobody in yard or drive', allOf([some('person', { zones: ['yard'] }), no('person', 0.8, { zones: ['drive', 'yard'] })])],
    ['outside a zone and nobody at all outside it', allOf([some('person', { outside: ['yard', 'drive'] }), no('person', 0.8, { outside: ['yard'] })])],
    ['an arrival where nobody is', allOf([some('person', { motion: 'arrival', dwellMs: 5000, minSize: 0.1 }), no('person')])],
    ['no person on either way', allOf([anyOf([some('person', { zones: ['yard'] }), some('person', { zones: ['drive'] })]), no('person', 0.5, { zones: ['yard', 'drive'] })])],
    ['a person, deeper inside', allOf([frames(allOf([PERSON, some('dog')]), 2, 3), allOf([noneOf([anyOf([some('person', {}, 0.5), some('cat')])])])])],
    ['not at most two of what is one at most', allOf([noneOf([objects([selector('person', '>', 0.8)], { atLeast: 0, atMost: 2 })]), objects([selector('person', '>', 0.8)], { atLeast: 0, atMost: 1 })])],
  ])('%s contradict each other', (_, condition) => {
    expect(checkRule(parsed(condition), NOBODY)).toEqual([expect.objectContaining({ severity: 'error', code: 'conditions_contradict' })]);
  });

  it.each<[string, Condition]>([
    ['a person and no surer one', allOf([PERSON, no('person', 0.9)])],
    ['a person of 80 % and no surer one', allOf([objects([selector('person', '>=', 0.8)]), no('person', 0.8)])],
    ['a person and no large one', allOf([PERSON, no('person', 0.5, { minSize: 0.2 })])],
    ['a vehicle and no car', allOf([some('vehicle'), no('car')])],
    ['anything and no person', allOf([some(ANYTHING), no('person')])],
    ['a person in the yard and none in the drive', allOf([some('person', { zones: ['yard'] }), no('person', 0.5, { zones: ['drive'] })])],
    ['anything but persons beside a person', allOf([PERSON, no(ANYTHING, 0.5, { except: ['person'] })])],
    ['a person and none that stays', allOf([PERSON, no('person', 0.5, { dwellMs: 1000 })])],
    ['a person and none that has just come', allOf([PERSON, no('person', 0.5, { motion: 'arrival' })])],
    ['a departed car and no car', allOf([some('car', { motion: 'departure' }), no('car')])],
    ['a person and fewer than three', allOf([PERSON, objects([selector('person', '>', 0.5)], { atLeast: 0, atMost: 2 })])],
    ['not 2 to 5 beside one', allOf([PERSON, noneOf([some('person', { atLeast: 2, atMost: 5 })])])],
    ['one of two ways that is free', allOf([anyOf([PERSON, some('dog')]), no('person')])],
    ['not both a person and a dog', allOf([PERSON, noneOf([allOf([PERSON, some('dog')])])])],
  ])('%s do not', (_, condition) => {
    expect(codesOf(condition)).toEqual([]);
  });

  it('says both sides of a contradiction in words', () => {
    expect(checkRule(parsed(allOf([some('car', { zones: ['yard'] }), no('vehicle', 0.5, { zones: ['yard'] })])), NOBODY)[0]?.message).toBe(
      'No frame can be both "at least 1 car > 80% in yard" and "no vehicle > 50% in yard", whatever it shows; take one out, or narrow what must not be there.');
  });

  it('only doubts a contradiction that the zones of an assignment would undo', () => {
    expect(codesOf(allOf([some('person', { zones: ['yard'] }), no('person')]))).toEqual(['conditions_doubtful']);
  });

  it('names the lowest condition that can never hold and not all above it', () => {
    const impossible = some('car', { motion: 'departure', dwellMs: 5000 });
    expect(codesOf(anyOf([some('dog'), allOf([noneOf([some('cat')]), allOf([impossible, some('bird')])])]))).toEqual(['departure_misused']);
  });
});

describe('what is doubtful is said', () => {
  it.each<[string, Condition, string]>([
    ['a threshold that takes nearly everything', some('person', {}, 0.1), 'threshold_low'],
    ['a threshold above what a model says', anyOf([some('person', {}, 0.95), some('dog')]), 'threshold_unreachable'],
    ['a class that no model knows', allOf([noneOf([some('raccoon')]), PERSON]), 'class_unknown'],
    ['the same condition twice', anyOf([PERSON, some('dog'), some('person')]), 'condition_repeated'],
    ['1 of 5 frames', frames(PERSON, 1, 5), 'frames_no_effect'],
    ['an arrival that stays for longer than one is told', some('person', { motion: 'arrival', dwellMs: 61_000 }), 'arrival_outlasted'],
    ['a departure on 2 of 3 frames', frames(allOf([some('car', { motion: 'departure' }), PERSON]), 2, 3), 'frames_of_departure'],
    ['a window without an end', allOf([PERSON, during([window(0, 12), window(12, 24)])]), 'window_no_effect'],
    ['nobody, at any time', no('person'), 'matches_when_empty'],
    ['at most five', objects([selector('person', '>', 0.5)], { atLeast: 0, atMost: 5 }), 'matches_when_empty'],
    ['nobody for ten frames or a dog', anyOf([frames(noneOf([PERSON]), 10, 10), some('dog')]), 'matches_when_empty'],
    ['an expression that is always true', allOf([PERSON, when('1 < 2')]), 'expression_constant'],
    ['an expression that is never true', anyOf([PERSON, when('hour > 23 || weekday == 0')]), 'expression_constant'],
    ['an expression with a class that no model knows', anyOf([PERSON, when('objects.count("raccoon") > 1')]), 'class_unknown'],
  ])('%s', (_, condition, code) => {
    expect(checkRule(parsed(condition), NOBODY)).toEqual([expect.objectContaining({ severity: 'warning', code })]);
  });

  it('takes a careful "none" with a low threshold for what it is', () => {
    expect(codesOf(allOf([some('dog'), no('person', 0.1)]))).toEqual([]);
  });

  it('reads 100 % and more as it is meant: at least 100 % is a threshold that this model does not reach', () => {
    expect(codesOf(objects([selector('person', '>=', 1)]))).toEqual(['rule_silent', 'threshold_unreachable']);
  });

  it('says of a group what the surest of its classes reaches', () => {
    const sights = { models: [{ name: 'm', labels: ['car', 'truck'], highest: (label: string) => (label === 'car' ? 0.9 : 0.6) }], devices: [] };
    expect(codesOf(some('vehicle', {}, 0.85), sights)).toEqual([]);
    expect(codesOf(some('truck', {}, 0.85), sights)).toEqual(['rule_silent', 'threshold_unreachable']);
    expect(checkRule(parsed(anyOf([some('vehicle', {}, 0.9), some('car', {}, 0.5)])), sights)).toMatchObject([{ message: 'No model here (m) says more than 90% of vehicle, so > 90% is never reached; ask for less, or use another model.' }]);
  });

  it('holds a rule against the models of its devices only, and knows a group by any of its classes', () => {
    const sights = { models: [COCO, model('birds', ['sparrow', 'bird'])], devices: [device('cam-1', { model: 'birds' })] };
    expect(codesOf(anyOf([PERSON, some('animal')]), sights)).toEqual(['class_unknown']);
    expect(checkRule(parsed(anyOf([some('vehicle'), some('bird')])), sights)[0]?.message).toContain('is a group of which birds knows no class');
  });

  it.each([
    ['Europe/Berlin', 2, 3, EVERY_DAY, true],
    ['Europe/Berlin', 2, 3, [1, 2, 3, 4, 5, 6], false],
    ['Europe/Berlin', 1, 3, EVERY_DAY, false],
    ['Europe/Berlin', 3, 4, EVERY_DAY, false],
    ['Europe/London', 1, 2, [7], true],
    ['America/Sao_Paulo', 0, 1, EVERY_DAY, false],
    ['America/Santiago', 0, 1, EVERY_DAY, true],
    ['Australia/Lord_Howe', 2, 2.5, EVERY_DAY, true],
    ['Australia/Lord_Howe', 2, 3, EVERY_DAY, false],
    ['Asia/Tokyo', 2, 3, EVERY_DAY, false],
    ['Nowhere/Land', 2, 3, EVERY_DAY, false],
  ])('knows whether in %s the clocks jump over %s to %s o\'clock', (timeZone, from, to, days, isSkipped) => {
    const found = codesOf(allOf([PERSON, during([window(from, to, days)])]), { models: [COCO], devices: [device('cam-1', { timeZone })] });
    expect(found).toEqual(isSkipped ? ['window_skipped'] : []);
  });
});

describe('zones that a rule names', () => {
  const inYard = some('person', { zones: ['yard'] });
  const check = (condition: Condition, ...zones: Parameters<typeof zone>[]) => checkRule(parsed(condition), { models: [COCO], devices: [device('cam-1', { zones: zones.map((over) => zone(...over)) })] });

  it('are no matter while the rule is assigned to nobody', () => {
    expect(checkRule(parsed(inYard), NOBODY)).toEqual([]);
  });

  it('are asked of every device, three of which are named', () => {
    const lacking = ['b', 'c', 'd', 'e'].map((id) => device(`cam-${id}`, { zones: [zone('yards')] }));
    expect(checkRule(parsed(inYard), { models: [COCO], devices: [device('cam-a', { zones: [zone('yard')] }), ...lacking] })).toEqual([
      { severity: 'warning', code: 'zone_unknown', line: 4, column: 9, message: 'There is no zone "yard" on cam-b, cam-c, cam-d and 1 more, and nothing counts as inside it there; did you mean "yards"?' },
    ]);
  });

  it('are looked for in what must be outside and in expressions, too', () => {
    expect(check(anyOf([some('person', { outside: ['street'] }), when('objects.exists(o, "drive" in o.zones)')])).map(({ message }) => message)).toEqual([
      expect.stringContaining('no zone "drive"'), expect.stringContaining('no zone "street"'),
    ]);
  });

  it('must not be masks', () => {
    expect(check(anyOf([PERSON, inYard]), ['yard', { kind: 'mask' }])).toMatchObject([{ code: 'zone_unknown', message: expect.stringContaining('is a mask on cam-1') }]);
  });

  it('must not lie wholly in a mask', () => {
    const mask = zone('tree', { kind: 'mask', polygon: [[0, 0.4], [1, 0.4], [1, 1], [0, 1]] });
    expect(check(inYard, ['yard'], ['tree', mask])).toMatchObject([{ code: 'zone_masked' }]);
    expect(check(inYard, ['yard'], ['tree', { ...mask, polygon: [[0, 0.6], [1, 0.6], [1, 1], [0, 1]] }])).toEqual([]);
    expect(check(inYard, ['yard'], ['tree', { ...mask, classes: ['dog'] }])).toEqual([]);
    expect(check(inYard, ['yard'], ['tree', { ...mask, anchor: { overlap: 0.9 } }])).toEqual([]);
    expect(check(inYard, ['yard', { anchor: { overlap: 0.9 } }], ['tree', { ...mask, anchor: { overlap: 0.5 } }])).toMatchObject([{ code: 'zone_masked' }]);
  });

  it('must have room for an object of the size that is asked for, unless a point of it is enough', () => {
    const large = some('truck', { zones: ['yard'], minSize: 0.6 });
    expect(check(large, ['yard', { anchor: { overlap: 0.9 } }])).toMatchObject([{ code: 'zone_too_small' }]);
    expect(check(large, ['yard', { anchor: { overlap: 0.8 } }])).toEqual([]);
    expect(check(large, ['yard'])).toEqual([]);
  });

  it('must take one of the classes that are asked for', () => {
    expect(check(inYard, ['yard', { classes: ['vehicle', 'dog'] }])).toMatchObject([{ code: 'zone_other_classes' }]);
    expect(check(some('car', { zones: ['yard'] }), ['yard', { classes: ['vehicle', 'dog'] }])).toEqual([]);
  });
});

describe('a rule that would be silent for ever', () => {
  const birds = model('birds', ['bird']);
  const sights = (...devices: ReturnType<typeof device>[]) => ({ models: [COCO, birds], devices });

  it('is the loudest warning, before all others', () => {
    expect(codesOf(anyOf(['raccoon', 'fox'].map((name) => some(name))))).toEqual(['rule_silent', 'class_unknown', 'class_unknown']);
    const many = anyOf(Array.from({ length: 50 }, (_, index) => some(`thing ${index}`)));
    expect(codesOf(many)).toHaveLength(20);
    expect(codesOf(many)[0]).toBe('rule_silent');
  });

  it('is one of which no part can match on any of its devices', () => {
    expect(codesOf(PERSON, sights(device('a', { model: 'birds' })))).toContain('rule_silent');
    expect(codesOf(PERSON, sights(device('a', { model: 'birds' }), device('b')))).toEqual([]);
    expect(codesOf(allOf([PERSON, some('bird')]), sights(device('a', { model: 'birds' })))).toContain('rule_silent');
    expect(codesOf(anyOf([PERSON, some('bird')]), sights(device('a', { model: 'birds' })))).toEqual(['class_unknown']);
    expect(codesOf(some('person', { zones: ['yard'] }), sights(device('a')))).toEqual(['rule_silent', 'zone_unknown']);
    expect(codesOf(PERSON, sights(device('a', { assignedZones: ['yard'] })))).toEqual(['rule_silent']);
    expect(codesOf(PERSON, sights(device('a', { assignedZones: ['yard'], zones: [zone('yard')] })))).toEqual([]);
    expect(codesOf(when('objects.exists(o, o.label == "person")'), sights(device('a', { model: 'birds' })))).toContain('rule_silent');
  });

  it('is not one that waits for nothing to be there', () => {
    expect(codesOf(allOf([no('raccoon'), during([window(1, 5)])]))).toEqual(['class_unknown']);
  });
});

describe('places', () => {
  it('are those of the condition, the class, the window, the zone and the part of an expression', () => {
    const text = [
      'rule: 1', 'unsafe:', '  all:', '    - any:', '      - person > 10%', '      - objects: [dog, racoon]', '        zone: yard', '      - person >= 10%',
      '    - during: [12:00-13:00, 08:00-08:00]', '    - when: hour > temperature', '',
    ].join('\n');
    const sights = { models: [COCO], devices: [device('a', { zones: [zone('drive')] })] };
    expect(checkRule(readRule(text), sights).map(({ code, line, column }) => [code, line, column])).toEqual([
      ['threshold_low', 5, 9], ['class_unknown', 6, 24], ['zone_unknown', 7, 15], ['window_ambiguous', 9, 29], ['expression_malformed', 10, 20],
    ]);
  });

  it('are known of each class of the one-line form', () => {
    expect(checkRule(readRule('RuleID: 1 | Unsafe Class: Dog, Racoon, Cat | ALL with probability > 96%'), NOBODY).map(({ code, column }) => [code, column])).toEqual([
      ['rule_silent', 13], ['threshold_unreachable', 27], ['class_unknown', 32], ['threshold_unreachable', 40],
    ]);
  });

  it('are known of classes also in a text that could not be read as a rule', () => {
    expect(checkRule(readRule('RuleID: 1 | Unsafe Class: raccoon | ALL with probability > 101%'), NOBODY)).toMatchObject([{ code: 'class_unknown', column: 27 }]);
  });
});

describe('a large rule for many devices', () => {
  it('asks each device and each model a few times only, however many classes it names', () => {
    let [looks, asked] = [0, 0];
    const labels = [...COCO_LABELS, ...Array.from({ length: 1120 }, (_, n) => `class ${n}`)];
    const models = Array.from({ length: 5 }, (_, index) => ({ name: `model-${index}`, labels, highest: () => { asked += 1; return 0.95; } }));
    const zones = Array.from({ length: 10 }, (_, index) => zone(`zone ${index}`));
    const devices = Array.from({ length: 10_000 }, (_, index) => Object.defineProperty(device(`cam-${index}`, { model: `model-${index % 5}` }), 'zones', { get: () => { looks += 1; return zones; } }));
    const root = allOf([
      anyOf(Array.from({ length: 1200 }, (_, index) => some(`class ${index}`, { zones: [`zone ${index % 12}`] }))),
      ...Array.from({ length: 20 }, (_, index) => no(`class ${index}`, 0.9, { zones: ['zone 1'] })),
    ]);
    const found = checkRule({ source: '', rule: { ruleId: '1', name: null, severity: null, condition: root }, mentions: [], places: new Map(), problems: [] }, { models, devices });
    expect(found.map(({ code }) => code)).toContain('zone_unknown');
    // 12 zone names, and what is said of those that are missing.
    expect(looks).toBeLessThanOrEqual(20 * devices.length);
    expect(asked).toBeLessThanOrEqual(2 * models.length * labels.length);
  });
});
