import { describe, expect, it } from 'vitest';
import { allOf, anyOf, classAbove, during, frames, noneOf, objects, selector, when } from '../../../policies/model.ts';
import type { Condition } from '../../../policies/model.ts';
import { printYaml } from '../../../policies/language/print-yaml.ts';
import { readRule } from '../../../policies/language/read-rule.ts';

const print = (condition: Condition) => printYaml({ ruleId: '100', name: null, severity: null, condition });
const person = (limits: Parameters<typeof objects>[1] = {}, threshold = 0.5) => objects([selector('person', '>=', threshold)], limits);
const night = during([{ days: [1, 2, 3, 4, 5, 6, 7], from: 1320, to: 360 }]);

describe('YAML for people', () => {
  it('says a whole rule with the short forms of its level', () => {
    const condition = allOf([frames(person({ zones: ['yard'], dwellMs: 10_000 }, 0.6), 2, 3, 10_000), night, when('size(objects) < 5')]);
    expect(printYaml({ ruleId: 'yard-at-night', name: 'Person in the yard: at night', severity: 'high', condition })).toMatchInlineSnapshot(`
      "rule: yard-at-night
      name: "Person in the yard: at night"
      severity: high
      unsafe:
        objects: person >= 60%
        zone: yard
        dwell: 10 s
      during: 22:00-06:00
      seen: 2 of 3 frames within 10 s
      when: size(objects) < 5
      "
    `);
  });

  it('says what the one-line form says', () => {
    expect(printYaml(readRule('RuleID: 100 | Unsafe Class: Dog, Cat, Racoon | ALL with probability>80%').rule ?? expect.fail('does not parse'))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe:
        any: [dog, cat, raccoon]
        probability: "> 80%"
      "
    `);
  });

  it('says once what all objects have in common, and of the rest what each has', () => {
    const at = (name: string, threshold: number, own = {}) => objects([selector(name, '>=', threshold)], { zones: ['yard'], outside: ['path', 'gate'], minSize: 0.01, ...own });
    expect(print(anyOf([at('person', 0.6), at('dog', 0.8), allOf([at('cat', 0.6, { motion: 'arrival' }), noneOf([at('bird', 0.6, { motion: 'arrival' })])])]))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe:
        any:
          - person >= 60%
          - dog >= 80%
          - all:
              - cat
              - none: [bird]
            probability: 60%
            arrival: true
        zone: yard
        outside: [path, gate]
        size: at least 1%
      "
    `);
  });

  it('says every limit of objects', () => {
    expect(print(objects([selector('person', '>', 0.6), selector('vehicle', '>', 0.6)], { except: ['bicycle'], minSize: 0.01, maxSize: 0.505, dwellMs: 90_000, motion: 'departure', atLeast: 2, atMost: 4 }))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe:
        objects: [person, vehicle]
        probability: "> 60%"
        except: bicycle
        size: 1% - 50.5%
        dwell: 90 s
        departure: true
        at least: 2
        at most: 4
      "
    `);
    expect(print(objects([selector('person', '>=', 0.5), selector('vehicle', '>', 0.7)], { atLeast: 0, atMost: 0 }))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe:
        objects: [person, vehicle > 70%]
        at most: 0
      "
    `);
  });

  it('says windows and expressions as people write them', () => {
    const clock = during([{ days: [1, 2, 3, 4, 5], from: 480, to: 1080 }, { days: [6, 7], from: 0, to: 1440 }, { days: [1, 5, 6, 7], from: 1320, to: 360 }, { days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 1440 }]);
    expect(print(allOf([person(), clock, when('size(objects) < 5 &&\n  objects[0].label != "dog: brown"')]))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe: person
      during:
        - Mon-Fri 08:00-18:00
        - Sat, Sun
        - Fri-Mon 22:00-06:00
        - daily
      when: |-
        size(objects) < 5 &&
          objects[0].label != "dog: brown"
      "
    `);
    expect(print(anyOf([clock, when('> 5'), frames(night, 1, 2)]))).toMatchInlineSnapshot(`
      "rule: 100
      unsafe:
        any:
          - during:
              - Mon-Fri 08:00-18:00
              - Sat, Sun
              - Fri-Mon 22:00-06:00
              - daily
          - when: "> 5"
          - seen: 1 of 2 frames
            where:
              during: 22:00-06:00
      "
    `);
  });

  it('breaks a list that is too long for a line', () => {
    const text = print(anyOf(Array.from({ length: 30 }, (_, at) => classAbove(`class ${at}`, '>', 0.8))));
    expect(text.split('\n').every((line) => line.length <= 120)).toBe(true);
    expect(text).toContain('\n    - class 29\n');
  });

  it('puts words into quotes that another reader would not take for words', () => {
    const of = (ruleId: string, name: string) => printYaml({ ruleId, name, severity: null, condition: classAbove('true', '>=', 0.5) });
    expect(of('007', '12')).toBe('rule: "007"\nname: "12"\nunsafe: "true"\n');
    expect(of('7', 'a: b # c')).toBe('rule: 7\nname: "a: b # c"\nunsafe: "true"\n');
  });
});
