/**
 * JSON Schema (draft 2020-12) of the YAML and JSON form, for editors: completion, hover, and a red line under an unknown key.
 *
 * It takes every rule that `printYaml` writes. What the reader forgives beyond it, and all that is more than a form (a size that
 * begins above its end, a class that nobody knows), is told when the rule is checked.
 */
import { SEVERITIES } from '../../contracts/severity.ts';
import { MAX_COUNT, MAX_EXPRESSION_CHARACTERS, MAX_TITLE_CHARACTERS } from './limits.ts';

export const RULE_SCHEMA_ID = 'urn:watchpost:schema:rule:1';

type Schema = Readonly<Record<string, unknown>>;

const ref = (name: string, description?: string): Schema => ({ $ref: `#/$defs/${name}`, ...(description === undefined ? {} : { description }) });
const mapping = (description: string, required: readonly string[], properties: Readonly<Record<string, Schema>>): Schema => ({ type: 'object', description, properties, required, additionalProperties: false });
const oneOrMore = (item: Schema, description: string): Schema => ({ description, anyOf: [item, { type: 'array', items: item, minItems: 1 }] });

const NUMBER = String.raw`(\d+(\.\d+)?|\.\d+)\s*%?`;
const NAME = String.raw`[\p{L}\p{N}][^<>=≥≤,:"\r\n]*`;

const during = oneOrMore(ref('window'), 'Holds while the clock on the wall at the device is in this window, or in one of these.');
const seen = { type: 'string', description: 'On how many of the last frames it must hold, the latest one included: `3 of 5 frames`, `3 of 5 frames within 10 s`.', pattern: String.raw`^\d+ of (the last )?\d+( frames?)?( within .+)?$`, examples: ['2 of 3 frames', '3 of 5 frames within 10 s'] };
const when = { type: 'string', description: 'A CEL expression (https://cel.dev) over the frame; holds when it is true.', minLength: 1, maxLength: MAX_EXPRESSION_CHARACTERS, examples: ['size(objects) < 5'] };

const MODIFIERS: Readonly<Record<string, Schema>> = {
  probability: ref('threshold', 'How sure the detector must be of every object that says nothing else. Left out: 50% or more.'),
  except: oneOrMore(ref('name'), 'Classes or groups that are left out again: `animal` except `dog`.'),
  zone: oneOrMore(ref('name'), 'The object must be in this zone of the device, or in one of these.'),
  outside: oneOrMore(ref('name'), 'The object must be in none of these zones.'),
  size: { type: 'string', description: 'Share of the picture that the box of the object takes: `1% - 50%`, `at least 1%`, `at most 50%`.', pattern: String.raw`^(at least|at most|>=|<=)\s*${NUMBER}$|^${NUMBER}\s*(-|–|to)\s*${NUMBER}$`, examples: ['at least 1%', '1% - 50%'] },
  dwell: { type: 'string', description: 'For how long the object must be in view, or in the zone, already: `10 s`, `500 ms`, `2 min`, `1 h`.', pattern: String.raw`^\d+(\.\d+)?\s*\p{L}+$`, examples: ['10 s', '2 min'] },
  arrival: { type: 'boolean', description: 'Only what was not there before and has moved.' },
  departure: { type: 'boolean', description: 'Only what stood there and has left with this frame.' },
};

const inside = (sentence: string): string => `${sentence} Texts are short for \`objects\`; what stands beside it holds for all objects inside that say nothing else.`;
const group = (head: string, sentence: string): Schema => mapping(sentence, [head], { [head]: { type: 'array', description: inside(sentence), items: ref('condition'), minItems: 1 }, ...MODIFIERS });
const count = (description: string): Schema => ({ type: 'integer', description, minimum: 0, maximum: MAX_COUNT });

const CONDITIONS: readonly Schema[] = [
  ref('selector', 'Short for `objects` with this text.'),
  mapping('Objects that the detector saw.', ['objects'], {
    objects: {
      description: 'A class or group with how sure the detector must be (`person > 80%`), a list of such, or a mapping of classes to thresholds. `anything` is every class.',
      anyOf: [ref('selector'), { type: 'array', items: ref('selector'), minItems: 1 }, { type: 'object', additionalProperties: ref('threshold'), minProperties: 1 }],
    },
    ...MODIFIERS,
    'at least': count('So many objects must fit. Left out: one, or none beside `at most`.'),
    'at most': count('No more objects than this may fit. 0 is none at all.'),
  }),
  group('any', 'Holds when at least one of these holds.'),
  group('all', 'Holds when every one of these holds, on the same frame.'),
  group('none', 'Holds when not one of these holds.'),
  mapping('A condition that must hold on enough frames.', ['seen', 'where'], { seen, where: ref('condition', 'What must hold on so many frames.') }),
  mapping('A time of the day and the week.', ['during'], { during }),
  mapping('An expression.', ['when'], { when }),
];

export const RULE_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: RULE_SCHEMA_ID,
  title: 'Watchpost rule',
  ...mapping('One rule: what is unsafe. See docs/rules.md.', ['rule', 'unsafe'], {
    rule: { type: ['string', 'number'], description: 'The id of the rule: up to 64 letters, digits and `. _ : @ -`, a letter or digit first.', pattern: '^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$', examples: [100, 'yard-at-night'] },
    name: { type: 'string', description: 'What people call the rule; stands in messages.', minLength: 1, maxLength: 2 * MAX_TITLE_CHARACTERS },
    severity: { enum: [...SEVERITIES], description: 'How bad it is when the rule matches. Left out: what the policy or the assignment says.' },
    unsafe: ref('condition', 'What is unsafe.'),
    during,
    seen,
    when,
  }),
  $defs: {
    condition: { description: 'A text such as `person > 80%`, or a mapping with exactly one of objects, any, all, none, seen, during, when.', oneOf: CONDITIONS },
    selector: { type: 'string', description: 'A class or group, and how sure the detector must be.', pattern: `^${NAME}((>=?|≥)\\s*${NUMBER})?$`, examples: ['person', 'person > 80%', 'vehicle >= 60%', 'anything'] },
    threshold: { type: ['string', 'number'], description: 'A probability: `60%` is 60 % or more, `"> 60%"` is more. A value that starts with > needs quotes.', pattern: `^((>=?|≥)\\s*)?${NUMBER}$`, minimum: 0, maximum: 100, examples: ['60%', '> 80%'] },
    name: { type: 'string', pattern: `^${NAME}$` },
    window: { type: 'string', description: '`22:00-06:00`, `Mon-Fri 08:00-18:00`, `Sat, Sun`, `weekdays`, `weekend`, `daily`. The days are those on which it opens.', minLength: 1, examples: ['22:00-06:00', 'Mon-Fri 08:00-18:00', 'Sat, Sun'] },
  },
};
