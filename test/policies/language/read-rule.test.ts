import { describe, expect, it } from 'vitest';
import { allOf, anyOf, classAbove, during, frames, noneOf, objects, selector, when } from '../../../policies/model.ts';
import type { Condition, Window } from '../../../policies/model.ts';
import { readRule } from '../../../policies/language/read-rule.ts';

/** The condition of a text that is read without a word. */
function read(text: string): Condition {
  const { rule, problems } = readRule(text);
  expect(problems).toEqual([]);
  return rule?.condition ?? expect.fail('does not parse');
}
const unsafe = (text: string) => read(`rule: 1\nunsafe: ${text}`);
const unsafeBlock = (lines: string) => read(`rule: 1\nunsafe:\n${lines.replace(/^/gm, '  ')}`);
const window = (text: string): Window => {
  const condition = read(`rule: 1\nunsafe: { during: "${text}" }`);
  return (condition.kind === 'during' ? condition.windows[0] : undefined) ?? expect.fail('no window');
};
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const person = (limits: Parameters<typeof objects>[1] = {}, threshold = 0.5) => objects([selector('person', '>=', threshold)], limits);

describe('a rule in YAML', () => {
  it('says everything of the model in a few lines', () => {
    const text = `
      rule: yard-at-night
      name: Person in the yard at night
      severity: high
      unsafe:                             # what is unsafe
        objects: person >= 60%
        zone: yard
        dwell: 10 s
      during: 22:00-06:00
      seen: 2 of 3 frames
      when: size(objects) < 5
    `;
    const { rule, problems } = readRule(text);
    expect(problems).toEqual([]);
    expect(rule).toEqual({
      ruleId: 'yard-at-night',
      name: 'Person in the yard at night',
      severity: 'high',
      condition: allOf([
        frames(person({ zones: ['yard'], dwellMs: 10_000 }, 0.6), 2, 3),
        during([{ days: EVERY_DAY, from: 22 * 60, to: 6 * 60 }]),
        when('size(objects) < 5'),
      ]),
    });
  });

  it('says the same in JSON, and in one line where that is enough', () => {
    const line = 'RuleID: 100 | Unsafe Class: Dog, Cat | ALL with probability>80%';
    const json = JSON.stringify({ rule: 100, unsafe: { any: ['Dog', 'cats > 0.8'], probability: '> 80%' } });
    for (const text of [json, JSON.stringify(JSON.parse(json), null, '\t'), 'rule: 100\r\nunsafe:\r\n  any: [dog, cat]\r\n  probability: "> 80%"\r\n', '---\nrule: 100\nunsafe:\n    any:\n    - dog > 80%\n    - cat > 80 %\n...\n']) {
      expect(readRule(text)).toMatchObject({ rule: readRule(line).rule, problems: [] });
    }
  });

  it('has an id that is text, however much it looks like a number', () => {
    for (const id of ['100', '007', '1e3', '0x10', '1.50', 'true', '12345678901234567890']) expect(readRule(`rule: ${id}\nunsafe: person`).rule?.ruleId).toBe(id);
  });

  it('has neither name nor severity where it says none', () => {
    expect(readRule('rule: 1\nunsafe: person').rule).toEqual({ ruleId: '1', name: null, severity: null, condition: person() });
  });

  it('gives frozen nodes, so that no one changes a rule that others share', () => {
    const { rule } = readRule('rule: 1\nunsafe: {any: [dog, {objects: cat, zone: yard}]}\nseen: 2 of 3\nduring: daily');
    const walk = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      expect(Object.isFrozen(value)).toBe(true);
      Object.values(value).forEach(walk);
    };
    walk(rule);
  });

  it.each([
    ['a comment first', '# at night\nrule: 1\nunsafe: person'],
    ['a byte order mark', '\ufeffrule: 1\nunsafe: person'],
    ['quoted keys', '"rule": 1\n\'unsafe\': person'],
    ['the order turned round', 'unsafe: person\nrule: 1'],
    ['spaces before the colon', 'rule : 1\nunsafe : person'],
  ])('is known as YAML with %s', (_, text) => {
    expect(readRule(text)).toMatchObject({ rule: { ruleId: '1', condition: person() }, problems: [] });
  });

  it('is told from one line by its keys, not by its signs', () => {
    expect(readRule('rule: 1\nunsafe: person\nwhen: a || b').rule?.condition).toEqual(allOf([person(), when('a || b')]));
    expect(readRule('RuleID: 1\n| Unsafe Class: Person\n| ALL with probability>=50%').rule?.condition).toEqual(anyOf([person()]));
  });
});

describe('objects', () => {
  it.each([
    ['person', selector('person', '>=', 0.5)],
    ['People', selector('person', '>=', 0.5)],
    ['person > 80%', selector('person', '>', 0.8)],
    ['person>80', selector('person', '>', 0.8)],
    ['person ≥ 0.6', selector('person', '>=', 0.6)],
    ['vehicle >= 60.5 %', selector('vehicle', '>=', 0.605)],
    ['anything >= 50%', selector('anything', '>=', 0.5)],
    ['Traffic  Light', selector('traffic light', '>=', 0.5)],
    ['"true"', selector('true', '>=', 0.5)],
    ['"null"', selector('null', '>=', 0.5)],
    ['12', selector('12', '>=', 0.5)],
  ])('may be %s', (text, wanted) => {
    expect(unsafe(text)).toEqual(objects([wanted]));
    expect(unsafe(`{ objects: ${text} }`)).toEqual(objects([wanted]));
    expect(unsafe(`{ objects: [${text}] }`)).toEqual(objects([wanted]));
  });

  it('of several classes each have their threshold, or that of all', () => {
    const wanted = objects([selector('person', '>=', 0.6), selector('vehicle', '>', 0.7), selector('dog', '>=', 0.4)]);
    expect(unsafeBlock('objects: [person >= 60%, vehicle > 70%, dog]\nprobability: 40%')).toEqual(wanted);
    expect(unsafeBlock('objects:\n  person: ">= 60%"\n  vehicle: "> 70%"\n  dog: 0.4')).toEqual(wanted);
    expect(unsafeBlock('objects: {person: 60%, vehicle: "> 70%", dog: 40}')).toEqual(wanted);
  });

  it('have limits, each by its key', () => {
    expect(unsafeBlock('objects: person\nexcept: [dog, Cats]\nzone: yard\noutside: [path, Hof (Nord)]\nsize: 1% - 50.5%\ndwell: 1.5 min\narrival: true\nat least: 2\nat most: 4')).toEqual(
      person({ except: ['dog', 'cat'], zones: ['yard'], outside: ['path', 'Hof (Nord)'], minSize: 0.01, maxSize: 0.505, dwellMs: 90_000, motion: 'arrival', atLeast: 2, atMost: 4 }),
    );
    expect(unsafeBlock('objects: person\nat most: 4')).toEqual(person({ atLeast: 0, atMost: 4 }));
    expect(unsafeBlock('objects: person\nat least: 3')).toEqual(person({ atLeast: 3 }));
    expect(unsafeBlock('objects: person\ndeparture: true\narrival: false')).toEqual(person({ motion: 'departure' }));
  });

  it.each([
    ['at least 1%', 0.01, null], ['>= 0.01', 0.01, null], ['at most 50%', null, 0.5], ['At Most 50 %', null, 0.5], ['1% to 50%', 0.01, 0.5], ['0.01 - 0.5', 0.01, 0.5], ['5%-5%', 0.05, 0.05],
  ])('of size %s are so large', (text, minSize, maxSize) => {
    expect(unsafe(`{ objects: person, size: "${text}" }`)).toEqual(person({ minSize, maxSize }));
  });

  it.each([['500 ms', 500], ['10 s', 10_000], ['10s', 10_000], ['10 seconds', 10_000], ['2 min', 120_000], ['1.1 min', 66_000], ['1.5 Hours', 5_400_000], ['168 h', 604_800_000], ['0 s', 0]])('dwell for %s', (text, dwellMs) => {
    expect(unsafe(`{ objects: person, dwell: ${text} }`)).toEqual(person({ dwellMs }));
  });
});

describe('any, all and none', () => {
  it('take texts and conditions', () => {
    expect(unsafeBlock('any:\n  - dog\n  - objects: person\n    zone: yard\n  - all: [cat, {none: [bird]}]')).toEqual(
      anyOf([classAbove('dog', '>=', 0.5), person({ zones: ['yard'] }), allOf([classAbove('cat', '>=', 0.5), noneOf([classAbove('bird', '>=', 0.5)])])]),
    );
  });

  it('hand down what stands beside them to all objects inside that say nothing else', () => {
    const text = `any:
  - person > 80%
  - objects: dog
    zone: path
  - seen: 2 of 3 frames
    where:
      none: [cat]
      dwell: 0 s
  - all: [bird, {objects: bear, arrival: false, except: horse}]
probability: 60%
zone: yard
outside: gate
size: at least 1%
dwell: 5 s
arrival: true
except: cow`;
    const shared = { except: ['cow'], zones: ['yard'], outside: ['gate'], minSize: 0.01, dwellMs: 5000, motion: 'arrival' as const };
    const of = (name: string, own = {}) => objects([selector(name, '>=', 0.6)], { ...shared, ...own });
    expect(unsafeBlock(text)).toEqual(anyOf([
      objects([selector('person', '>', 0.8)], shared),
      of('dog', { zones: ['path'] }),
      frames(noneOf([of('cat', { dwellMs: 0 })]), 2, 3),
      allOf([of('bird'), of('bear', { motion: 'any', except: ['horse'] })]),
    ]));
  });
});

describe('frames', () => {
  it.each([
    ['3 of 5 frames', 3, 5, null], ['3 of 5', 3, 5, null], ['3 of the last 5 frames', 3, 5, null], ['2 Of 3 Frames Within 10 s', 2, 3, 10_000], ['100 of 100', 100, 100, null],
  ])('are counted as %s', (text, atLeast, of, withinMs) => {
    expect(unsafe(`{ seen: ${text}, where: person }`)).toEqual(frames(person(), atLeast, of, withinMs));
    expect(read(`rule: 1\nseen: ${text}\nunsafe: person`)).toEqual(frames(person(), atLeast, of, withinMs));
  });
});

describe('a window', () => {
  it.each([
    ['22:00-06:00', EVERY_DAY, 1320, 360],
    ['8:05 - 18:30', EVERY_DAY, 485, 1110],
    ['08:00 to 18:00', EVERY_DAY, 480, 1080],
    ['08:00–18:00', EVERY_DAY, 480, 1080],
    ['18:00-24:00', EVERY_DAY, 1080, 1440],
    ['18:00-00:00', EVERY_DAY, 1080, 1440],
    ['09:00-09:00', EVERY_DAY, 540, 540],
    ['Mon-Fri 08:00-18:00', [1, 2, 3, 4, 5], 480, 1080],
    ['monday - FRIDAY 08:00-18:00', [1, 2, 3, 4, 5], 480, 1080],
    ['Fri-Mon 22:00-06:00', [1, 5, 6, 7], 1320, 360],
    ['Sun-Sat', EVERY_DAY, 0, 1440],
    ['Sat, Sun', [6, 7], 0, 1440],
    ['Sun, Sat', [6, 7], 0, 1440],
    ['Wednesday', [3], 0, 1440],
    ['Mon, Wed-Fri 12:00-13:00', [1, 3, 4, 5], 720, 780],
    ['weekdays 08:00-18:00', [1, 2, 3, 4, 5], 480, 1080],
    ['Weekend', [6, 7], 0, 1440],
    ['daily', EVERY_DAY, 0, 1440],
    ['every day 01:00-02:00', EVERY_DAY, 60, 120],
  ])('may be %s', (text, days, from, to) => {
    expect(window(text)).toEqual({ days, from, to });
  });

  it('may be one of several', () => {
    const night = { days: EVERY_DAY, from: 1320, to: 360 };
    expect(read('rule: 1\nunsafe: person\nduring: [22:00-06:00, weekend]')).toEqual(allOf([person(), during([night, { days: [6, 7], from: 0, to: 1440 }])]));
    expect(read('rule: 1\nunsafe: person\nduring:\n  - 22:00-06:00')).toEqual(allOf([person(), during([night])]));
  });
});

describe('an expression', () => {
  it('is kept as it is written, but for what stands around it', () => {
    const wanted = when('size(objects) < 5 &&\n  hour == 2');
    expect(unsafe('{ when: "size(objects) < 5 &&\\n  hour == 2" }')).toEqual(wanted);
    expect(unsafeBlock('when: |\n  size(objects) < 5 &&\n    hour == 2\n\n')).toEqual(wanted);
    expect(unsafe("{ when: ' ''x'' == \"y\" ' }")).toEqual(when("'x' == \"y\""));
  });
});

describe('the level of the rule', () => {
  const [night, cel] = [during([{ days: EVERY_DAY, from: 1320, to: 360 }]), when('true')];

  it.each<[string, Condition]>([
    ['seen: 2 of 3', frames(person(), 2, 3)],
    ['during: 22:00-06:00', allOf([person(), night])],
    ['when: "true"', allOf([person(), cel])],
    ['when: "true"\nduring: 22:00-06:00', allOf([person(), night, cel])],
    ['when: "true"\nseen: 2 of 3\nduring: 22:00-06:00', allOf([frames(person(), 2, 3), night, cel])],
  ])('has a short form for all of them together: %j', (lines, wanted) => {
    expect(read(`rule: 1\nunsafe: person\n${lines}`)).toEqual(wanted);
  });

  it('says the same as the long form', () => {
    const long = `rule: 1
unsafe:
  all:
    - seen: 2 of 3 frames
      where: person
    - during: 22:00-06:00
    - when: "true"`;
    expect(read(long)).toEqual(read('rule: 1\nunsafe: person\nduring: 22:00-06:00\nseen: 2 of 3 frames\nwhen: "true"'));
  });
});

describe('what is kept beside a rule', () => {
  it('is every class and group as it was written, and where', () => {
    const text = 'rule: 1\nunsafe:\n  any:\n    - "People > 80%"\n    - objects: {Racoon: 60%, anything: 90%}\n      except: [Vehicle, dog]\n';
    expect(readRule(text).mentions).toEqual(['People', 'Racoon', 'Vehicle', 'dog'].map((written) => ({ written, label: { People: 'person', Racoon: 'raccoon' }[written] ?? written.toLowerCase(), offset: text.indexOf(written) })));
    expect(readRule('RuleID: 1 | Unsafe Class: Dogs, anything | ALL with probability>80%').mentions).toEqual([{ written: 'Dogs', label: 'dog', offset: 26 }]);
  });

  it('is where each condition stands', () => {
    const text = `rule: 1
unsafe:
  any:
    - dog
    - none: [{objects: cat, zone: yard}]
    - when: |
        size(objects) < 5
during: 22:00-06:00
seen: 2 of 3
when: "2 > 1"`;
    const { places } = readRule(text);
    const found = [...places].sort(([, a], [, b]) => a - b).map(([{ kind }, at]) => [kind, text.slice(at, at + 6).split('\n')[0]]);
    expect(found).toEqual([['all-of', 'unsafe'], ['any-of', 'any:'], ['objects', 'dog'], ['none-of', 'none: '], ['objects', 'object'], ['when', 'size(o'], ['during', '22:00-'], ['frames', 'seen: '], ['when', '2 > 1"']]);
  });

  it('is where each condition of the one-line form stands', () => {
    const text = 'RuleID: 1 | Unsafe Class: Dog, dogs, Cat | ALL with probability>80%';
    expect([...readRule(text).places].sort(([, a], [, b]) => a - b).map(([{ kind }, at]) => [kind, text.slice(at, at + 3)])).toEqual([['any-of', 'Uns'], ['objects', 'Dog'], ['objects', 'Cat']]);
  });
});
