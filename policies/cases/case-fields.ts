/** Mappings, numbers and shares of a file of cases, with what is wrong with them. */
import { quoted } from '../language/problems.ts';
import type { ProblemList } from '../language/problems.ts';
import { shareOf } from '../language/read-share.ts';
import { startOf } from '../language/span.ts';
import type { Span } from '../language/span.ts';
import { fieldsOf } from '../language/yaml-fields.ts';
import type { Fields } from '../language/yaml-fields.ts';
import type { YamlNode } from '../language/yaml-node.ts';

/** Undefined when it is no mapping, which then stands in the problems. */
export function mappingFields(node: YamlNode, known: readonly string[], what: string, source: string, problems: ProblemList): Fields | undefined {
  if (node.kind === 'mapping') return fieldsOf(node, known, source, problems);
  problems.add('value_malformed', node.offset, `${what} is a mapping with ${known.join(', ')}; write key: value.`);
  return undefined;
}

export function required(fields: Fields, key: string, { offset }: YamlNode, message: string, problems: ProblemList): YamlNode | undefined {
  const entry = fields.get(key);
  if (entry === undefined) problems.add('key_missing', offset, message);
  return entry?.value;
}

/** `85%` or `0.85`. */
export function readShare(text: Span, problems: ProblemList): number | undefined {
  const [, digits = '', percentSign] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/.exec(text.text) ?? [];
  const share = digits === '' ? 'malformed' : shareOf(digits, percentSign === '%');
  if (typeof share === 'number') return share;
  problems.add('threshold_malformed', startOf(text), `${quoted(text.text)} is no probability; write such as 85%.`);
  return undefined;
}

/** As many numbers as `names` has; `what` says what they are together. */
export function readNumbers(node: YamlNode, names: readonly string[], what: string, problems: ProblemList): number[] | undefined {
  const numbers = node.kind === 'list' ? node.items.map((item) => (item.kind === 'text' && /^\s*[+-]?(?:\d+(?:\.\d+)?|\.\d+)\s*$/.test(item.text) ? Number(item.text) : Number.NaN)) : [];
  if (numbers.length === names.length && !numbers.some(Number.isNaN)) return numbers;
  problems.add('value_malformed', node.offset, `${what} is a list of ${names.length} numbers, [${names.join(', ')}], in shares of the picture from its top left.`);
  return undefined;
}
