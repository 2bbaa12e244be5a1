import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExpression } from '../../../policies/conditions/when-expression.ts';
import type { CompiledExpression, ExpressionProblem } from '../../../policies/conditions/when-expression.ts';
import { LeftObject, MAX_SCOPE_OBJECTS, SeenObject } from '../../../policies/conditions/when-scope.ts';
import type { WhenScope } from '../../../policies/conditions/when-scope.ts';

const place = [0.25, 0.5, 0.125, 0.25] as const;
const seen = (label: string, group: string, probability: number, zones: readonly string[] = []) => new SeenObject({ label, group, probability, size: 0.03125, place, zones }, 12.5, false);
const scope: WhenScope = {
  objects: [seen('person', 'person', 0.9, ['yard']), seen('car', 'vehicle', 0.6)],
  departed: [new LeftObject({ label: 'truck', group: 'vehicle', probability: 0.8, size: 0.1, place, zones: ['drive'] })],
  hour: 23n, minute: 15n, weekday: 6n, captured_at: new Date('2026-11-21T22:15:00Z'),
};
const empty: WhenScope = { ...scope, objects: [], departed: [] };
const crowd: WhenScope = { ...scope, objects: Array.from({ length: MAX_SCOPE_OBJECTS }, () => scope.objects[0] as SeenObject) };

const expressionOf = (text: string): CompiledExpression => {
  const read = readExpression(text);
  return 'expression' in read ? read.expression : expect.fail(`${text}: ${read.problem.message}`);
};
const problemOf = (text: string): ExpressionProblem => {
  const read = readExpression(text);
  return 'problem' in read ? read.problem : expect.fail(`${text} was taken`);
};

describe('an expression', () => {
  it.each([
    'objects.exists(o, o.label == "person" && o.probability > 0.8)',
    'objects.exists(o, o.x == 0.25 && o.y == 0.5 && o.width == 0.125 && o.height == 0.25 && o.size == 0.03125)',
    'objects.exists(o, "yard" in o.zones) && !objects.exists(o, o.arrived)',
    'objects.all(o, o.dwell >= 12.5)',
    'objects.count("vehicle") == 1 && objects.count("anything") == 2 && objects.count("person") == size(objects.filter(o, o.group == "person"))',
    'departed.exists(d, d.label == "truck" && d.zones[0] == "drive") && departed.count("vehicle") == 1',
    'hour == 23 && minute == 15 && weekday == 6',
    'captured_at.getHours() == 22 && captured_at > timestamp("2026-11-21T22:14:59Z")',
    'captured_at - timestamp("2026-11-21T22:00:00Z") == duration("15m")',
    'objects.exists(a, objects.exists(b, a != b && a.probability > b.probability + 0.2))',
    'objects.map(o, o.probability)[0] * 2.0 > 1.7',
    'objects.exists_one(o, like(o.label, "^c.r$"))',
    'objects.exists(o, o.label.startsWith("per") && o.label.contains("rso") && o.label.endsWith("n") && o.label.size() == 6)',
    '(hour >= 22 || hour < 6) ? objects.size() > 1 : false',
    'double(objects.size()) / 2.0 == 1.0 && int(2.9) == 2',
  ])('says of a frame: %s', (text) => {
    expect(expressionOf(text).judge(scope)).toBe(true);
  });

  it.each([
    ['objects[5].label == "person"', /index out of bounds/],
    ['1 / objects.count("bear") > 0', /division by zero/],
    ['9223372036854775807 + hour > 0', /overflow/],
  ])('that has no answer on a frame says why: %s', (text, reason) => {
    expect(expressionOf(text).judge(scope)).toMatch(reason);
  });

  it.each([
    ['', 0, 'is empty'],
    ['hour >', 6, 'Unexpected token'],
    ['hour > 3 && ours < 5', 12, 'Unknown variable: ours; known are objects, departed, hour'],
    ['objects.exists(o, o.colour == "red")', 20, 'No such key: colour; an object has label, group'],
    ['objects.count(person) > 0', 14, 'put texts into quotes'],
    ['objects[0].size * 2 > 1', 0, '2.0 is a number with a fraction'],
    ['hour', 0, 'says int and not true or false'],
    ['hour > 3 && "abc".matches("(a+)+$")', 12, 'write like(text, pattern)'],
    ['objects.exists(o, like(o.label, "(a"))', 32, 'The pattern of like() cannot be used'],
    ['objects.exists(o, like(o.label, "a{1000}{1000}"))', 32, 'The pattern of like() cannot be used'],
    ['objects.exists(o, like(o.label, "\\\\pL{900}"))', 32, 'repeats too much'],
    [`objects.exists(o, like(o.label, "${'a'.repeat(101)}"))`, 32, 'may have 100 characters'],
    ['objects.exists(o, like(o.label, o.group))', 32, 'must be a text in quotes'],
    ['objects.all(a, objects.all(b, objects.all(c, true)))', 30, 'inside 2 other loops'],
    ['objects.all(a, objects.all(b, objects.count("car") > 0))', 30, 'count() stands inside 2 loops'],
    ['objects.all(hour, true)', 12, 'hour is a variable already'],
    ['objects.map(o, o.zones).size() > 0', 0, 'Lists of lists'],
    ['objects.map(o, o.label + o.label).size() > 0', 15, 'cannot be put together with +'],
    ['(objects.map(o, o.x) + objects.map(o, o.y)).size() > 0', 1, 'cannot be put together with +'],
    ['objects == objects', 0, 'Lists cannot be compared'],
    ['objects[0] in objects', 0, 'use exists for objects'],
    ['{"a": 1}.a == 1', 0, 'type map<string, int>'],
    ['dyn(hour) == 1', 0, 'type dyn'],
    ['b"a" == b"a"', 0, 'type bytes'],
    ['cel.bind(x, hour, x > 3)', 0, 'There is no bind()'],
    ['captured_at.getHours("Europe/Berlin") == 3', 0, 'use hour, minute and weekday'],
    ['captured_at.getDayOfYear() == 3', 0, 'There is no getDayOfYear()'],
    ['string(hour) == "3"', 0, 'There is no string()'],
    ['timestamp(hour) == captured_at', 0, 'takes a text in quotes only'],
    ['objects.exists(o, captured_at > timestamp("2026-11-21T22:14:59Z"))', 32, 'stands inside a loop'],
    ['objects.exists(o, o["label"] == "car")', 18, 'read with a dot'],
    ['objects.exists(o, o.label == "racoon")', 29, 'write "raccoon"'],
    ['objects.exists(o, o.label in ["car", "Persons"])', 37, 'write "person"'],
    ['objects.count("Dogs") > 0', 14, 'write "dog"'],
  ])('is refused where it is at fault, with the mend: %s', (text, offset, words) => {
    const problem = problemOf(text);
    expect(problem.message).toContain(words);
    expect(problem.offset).toBe(offset);
  });

  it('tells the names that it compares with and where', () => {
    const text = 'objects.exists(o, o.label in ["car", "dog"] && o.group != "animal" && "yard" in o.zones) || departed.count("person") > 0';
    const { mentions } = expressionOf(text);
    expect(mentions.map(({ of, text: name, offset }) => [of, name, text.slice(offset, offset + name.length + 2)])).toEqual([
      ['label', 'car', '"car"'], ['label', 'dog', '"dog"'], ['group', 'animal', '"animal"'], ['zone', 'yard', '"yard"'], ['label', 'person', '"person"'],
    ]);
  });

  it.each<[string, readonly string[] | null, boolean]>([
    ['objects.exists(o, o.label == "person")', ['person'], false],
    ['objects.exists(o, o.group == "vehicle" && o.dwell > 5.0)', ['vehicle'], true],
    ['objects.exists(o, o.label == "car" || o.label == "truck")', ['car', 'truck'], false],
    ['objects.exists(o, o.label == "car" || o.size > 0.5)', ['anything'], false],
    ['objects.exists(o, o.label != "car")', ['anything'], false],
    ['objects.count("dog") >= 1 && hour > 3', ['dog'], false],
    ['objects.count("dog") > 0 || objects.size() == 3', ['dog', 'anything'], false],
    ['objects.filter(o, o.label == "dog").filter(o, o.size > 0.1).size() > 1', ['dog'], false],
    ['objects.filter(o, o.label == "dog").exists(p, p.size > 0.1)', ['dog'], false],
    ['departed.size() > 0', ['anything'], true],
    ['objects.count("dog") >= 0', null, false],
    ['objects.count("dog") > 0 || hour > 3', null, false],
    ['objects.count("dog") < 2', null, false],
    ['!objects.exists(o, o.label == "dog")', null, false],
    ['objects.all(o, o.label == "dog")', null, false],
  ])('tells without what it cannot hold: %s', (text, names, needsScene) => {
    const expression = expressionOf(text);
    expect(expression.holdsOnlyWith).toEqual(names);
    expect(expression.needsScene).toBe(needsScene);
    if (names !== null) expect(expression.judge(empty)).not.toBe(true);
  });
});

describe('hostile expressions', () => {
  /** Whatever is read: it answers or says where it is at fault, and soon. */
  const tryOut = (text: string): 'taken' | 'refused' => {
    const read = readExpression(text);
    if ('problem' in read) {
      expect(read.problem.offset).toBeGreaterThanOrEqual(0);
      expect(read.problem.offset).toBeLessThanOrEqual(text.length);
      expect(read.problem.message.length).toBeLessThan(700);
      return 'refused';
    }
    for (const frame of [scope, empty, crowd]) expect(['boolean', 'string']).toContain(typeof read.expression.judge(frame));
    if (read.expression.holdsOnlyWith !== null) expect(read.expression.judge(empty)).not.toBe(true);
    return 'taken';
  };

  it.each([
    '('.repeat(1999), '!'.repeat(1999), '-'.repeat(1000) + '1 > 0', '['.repeat(1000), '{'.repeat(1000), 'true?'.repeat(390) + 'true', '1+'.repeat(990) + '1 > 0', 'true &&'.repeat(280) + 'true',
    'objects' + '.filter(o, true)'.repeat(100) + '.size() > 0', 'objects' + '.map(o, o)'.repeat(150) + '.size() > 0', 'a.'.repeat(900) + 'a', '"'.repeat(1001), '"\\', "'''", 'r"', '\u0000', '\ud800', '\u202e',
    'objects.exists(o, like(o.label, "(x+x+)+y"))', 'has(objects)', 'objects.exists(o, o)', 'objects.exists(1, true)', 'objects.exists(o.label, true)', 'exists(objects, true)', '__proto__', 'objects.constructor("return 1")',
    'objects.__proto__ == objects', 'google.protobuf.Timestamp(captured_at)', 'objects.map(o, objects).map(l, l.map(x, x)).size() > 0', '[[[[[[]]]]]] == []', '1e999 > 1.0', '0x7fffffffffffffffff > 1', 'timestamp("x") == captured_at',
    'duration("1h1h1h") > duration("0s")',
  ])('%# neither hang nor throw', (text) => {
    tryOut(text);
  });

  it('made of any characters neither hang nor throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => { tryOut(text); }), { numRuns: 3000 });
  });

  it('made of pieces of the language neither hang nor throw, and some are taken', () => {
    const value = fc.constantFrom('objects', 'departed', 'hour', '3', '0', '2.5', '"car"', '"yard"', 'true', 'o', 'o.label', 'o.zones', 'o.size', 'o.dwell', 'p.group', '[1, 2]', '[]', 'captured_at', 'null', 'hour > 3', 'objects.size() > 1', 'o.size > 0.1', 'o.label == "car"', 'o.arrived');
    const text = fc.letrec<{ part: string }>((tie) => ({
      part: fc.oneof(
        { maxDepth: 5, withCrossShrink: true },
        value,
        fc.tuple(tie('part'), fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', '&&', '||', 'in'), tie('part')).map(([left, sign, right]) => `${left} ${sign} ${right}`),
        fc.tuple(tie('part'), fc.constantFrom('exists', 'all', 'filter', 'exists_one'), fc.constantFrom('o', 'p'), tie('part')).map(([list, name, variable, body]) => `${list}.${name}(${variable}, ${body})`),
        fc.tuple(tie('part'), fc.constantFrom('map', 'map'), tie('part')).map(([list, name, body]) => `${list}.${name}(o, ${body})`),
        fc.tuple(fc.constantFrom('size', 'double', 'int', 'dyn', 'string', 'like', 'timestamp', '!', '-', ''), tie('part')).map(([name, argument]) => `${name}(${argument})`),
        fc.tuple(tie('part'), fc.constantFrom('.size() > 1', '.count("car") >= 1', '.label == "car"', '[0]', '.matches("a")', '.contains("a")')).map(([of, rest]) => `${of}${rest}`),
      ),
    })).part;
    let taken = 0;
    fc.assert(fc.property(fc.oneof(text, fc.tuple(fc.constantFrom('objects', 'departed'), text).map(([list, body]) => `${list}.exists(o, ${body})`)), (expression) => { if (tryOut(expression) === 'taken') taken += 1; }), { numRuns: 5000 });
    expect(taken).toBeGreaterThan(100);
  });

  it('cost little at their worst: two loops over all objects, and as many parts in them as may be', () => {
    const part = 'a.x < b.x + 1.5';
    const worst = expressionOf(`objects.all(a, objects.all(b, ${Array.from({ length: 20 }, () => part).join(' && ')}))`);
    expect('problem' in readExpression(`objects.all(a, objects.all(b, ${Array.from({ length: 30 }, () => part).join(' && ')}))`)).toBe(true);
    const start = performance.now();
    expect(worst.judge(crowd)).toBe(true);
    // Some fifty milliseconds; without limits it would be hours.
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
