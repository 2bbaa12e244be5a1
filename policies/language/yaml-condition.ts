/** Conditions of the YAML form. Each is a mapping with one of the heads of `grammar.ts`; a text alone is short for `objects: text`. */
import { allOf, anyOf, during, frames, noneOf, objects, when } from '../model.ts';
import type { Condition, Objects } from '../model.ts';
import { BESIDE, HEADS, isHead, isRuleKey } from './grammar.ts';
import type { Head } from './grammar.ts';
import { MAX_COUNT, MAX_DEPTH } from './limits.ts';
import { readModifiers } from './modifiers.ts';
import type { Modifiers } from './modifiers.ts';
import { quoted } from './problems.ts';
import { readExpression } from './read-expression.ts';
import { readFrames } from './read-frames.ts';
import { readSelectors } from './read-selectors.ts';
import { readWindows } from './read-windows.ts';
import type { Reading } from './reading.ts';
import { startOf } from './span.ts';
import { fieldsOf, textIn, textOf } from './yaml-fields.ts';
import type { Fields } from './yaml-fields.ts';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml-node.ts';

const GROUPS = { any: anyOf, all: allOf, none: noneOf } as const;

/** Undefined when something is wrong, which then stands in the problems. `above`: what the conditions around it say of all objects inside. */
export function readCondition(node: YamlNode, above: Modifiers, depth: number, reading: Reading): Condition | undefined {
  if (!reading.countCondition(node.offset)) return undefined;
  if (depth > MAX_DEPTH) {
    reading.problems.add('rule_too_deep', node.offset, `Conditions lie in each other more than ${MAX_DEPTH} deep here; split the rule into several.`);
    return undefined;
  }
  if (node.kind === 'text') return readObjects(node, new Map(), node.offset, above, reading);
  if (node.kind === 'mapping') return readHeaded(node, above, depth, reading);
  const mend = node.kind === 'list' ? 'A list does not say whether any or all of it is meant; write any:, all: or none: before it.' : 'A condition is missing here; write such as objects: person.';
  reading.problems.add('value_malformed', node.offset, mend);
  return undefined;
}

function readHeaded(mapping: YamlMapping, above: Modifiers, depth: number, reading: Reading): Condition | undefined {
  const heads = mapping.entries.filter(({ key }) => isHead(key.text));
  const [headed, second] = heads;
  const head = headed?.key.text ?? '';
  if (headed === undefined || !isHead(head)) {
    const fields = fieldsOf(mapping, [...HEADS, ...BESIDE.objects, ...BESIDE.seen], reading.source, reading.problems);
    if (fields.size === mapping.entries.length) reading.problems.add('key_missing', mapping.offset, `A condition begins with one of ${HEADS.join(', ')}, and none of them stands here; write such as objects: person.`);
    return undefined;
  }
  if (second !== undefined && second.key.text !== head) {
    const elsewhere = isRuleKey(second.key.text) ? `, or ${second.key.text} beside unsafe` : '';
    reading.problems.add('condition_malformed', second.key.offset, `A condition says one thing, and this one says ${head} and ${second.key.text}; put both into a list under all:${elsewhere}.`);
    return undefined;
  }
  const fields = fieldsOf(mapping, [head, ...BESIDE[head]], reading.source, reading.problems);
  return readers[head](headed, fields, above, depth, reading);
}

type Reader = (head: YamlEntry, fields: Fields, above: Modifiers, depth: number, reading: Reading) => Condition | undefined;

const readGroup = (head: keyof typeof GROUPS): Reader => ({ key, value }, fields, above, depth, reading) => {
  const modifiers = readModifiers(fields, above, reading);
  if (value.kind !== 'list' || value.items.length === 0) {
    reading.problems.add('value_malformed', value.offset, `${quoted(head)} needs a list of conditions with at least one; write such as ${head}: [dog, cat].`);
    return undefined;
  }
  const children = value.items.map((item) => readCondition(item, modifiers, depth + 1, reading));
  const known = children.filter((child) => child !== undefined);
  return known.length < children.length ? undefined : reading.placed(GROUPS[head](known), key.offset);
};

const readers: Readonly<Record<Head, Reader>> = {
  any: readGroup('any'),
  all: readGroup('all'),
  none: readGroup('none'),
  objects: ({ key, value }, fields, above, _depth, reading) => readObjects(value, fields, key.offset, above, reading),
  seen: ({ key, value }, fields, above, depth, reading) => {
    const text = textOf(value, 'How many frames', '3 of 5 frames', reading.problems);
    const counts = text && readFrames(text, reading.problems);
    const where = fields.get('where');
    if (where === undefined) reading.problems.add('key_missing', key.offset, '"seen" says on how many frames, and nothing says what; add where: with a condition.');
    const child = where && readCondition(where.value, above, depth + 1, reading);
    return child && counts && reading.placed(frames(child, counts.atLeast, counts.of, counts.withinMs), key.offset);
  },
  during: ({ value }, _fields, _above, _depth, reading) => {
    const windows = readWindows(value, reading.problems);
    return windows && reading.placed(during(windows), value.offset);
  },
  when: ({ value }, _fields, _above, _depth, reading) => {
    const expression = readExpression(value, reading.problems);
    return expression && reading.placed(when(expression.text), expression.offset);
  },
};

function readObjects(value: YamlNode, fields: Fields, offset: number, above: Modifiers, reading: Reading): Objects | undefined {
  const { probability, ...limits } = readModifiers(fields, above, reading);
  const select = readSelectors(value, probability, reading);
  const least = readCount(fields, 'at least', reading);
  const atMost = readCount(fields, 'at most', reading) ?? null;
  const atLeast = least ?? (atMost === null ? 1 : 0);
  if (atMost !== null && atLeast > atMost) {
    reading.problems.add('value_malformed', fields.get('at most')?.value.offset ?? offset, `No number is at least ${atLeast} and at most ${atMost}; did you mean at least ${atMost} and at most ${atLeast}?`);
  }
  return select.length === 0 ? undefined : reading.placed(objects(select, { ...limits, atLeast, atMost }), offset);
}

function readCount(fields: Fields, key: string, { problems }: Reading): number | undefined {
  const text = textIn(fields, key, quoted(key), `${key}: 2`, problems);
  if (text === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(text.text) && Number(text.text) <= MAX_COUNT) return Number(text.text);
  problems.add('value_malformed', startOf(text), `${quoted(text.text)} is no number of objects from 0 to ${MAX_COUNT}; write such as ${key}: 2.`);
  return undefined;
}
