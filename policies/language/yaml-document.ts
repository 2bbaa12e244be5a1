/**
 * A YAML text as plain nodes that know where they stand. JSON is YAML, so it is read here too.
 *
 * Every scalar is text (`100`, `true`, `22:00`), so that no reader's idea of numbers and times changes what was written.
 */
import { Composer, isMap, isScalar, isSeq } from 'yaml';
import type { Document, ParsedNode, Scalar } from 'yaml';
import type { ProblemList } from './problems.ts';
import { addYamlFault } from './yaml-faults.ts';
import type { YamlEntry, YamlNode } from './yaml-node.ts';
import { readYamlTokens } from './yaml-tokens.ts';

// Repeated keys are looked for where keys are read; the library compares each with each.
const OPTIONS = { schema: 'failsafe', uniqueKeys: false } as const;

/** Undefined when the text cannot be taken, for which `problems` then has the reason. */
export function readYaml(source: string, problems: ProblemList): YamlNode | undefined {
  const token = readYamlTokens(source, problems);
  if (token === undefined) return undefined;
  const composer = new Composer(OPTIONS);
  const [document] = [...composer.next(token), ...composer.end()] as Document.Parsed[];
  const [fault] = document?.errors.toSorted((a, b) => a.pos[0] - b.pos[0]) ?? [];
  if (fault !== undefined) addYamlFault(fault, source, problems);
  const node = problems.hasErrors ? undefined : plainNode(document?.contents ?? null, 0, source, problems);
  return problems.hasErrors ? undefined : node;
}

function plainNode(node: ParsedNode | null, fallback: number, source: string, problems: ProblemList): YamlNode {
  if (node === null) return { kind: 'nothing', offset: fallback };
  const [offset] = node.range;
  if (isSeq(node)) return { kind: 'list', offset, items: node.items.map((item) => plainNode(item as ParsedNode, offset, source, problems)) };
  if (isMap(node)) return { kind: 'mapping', offset, entries: node.items.flatMap((pair) => entryOf(pair.key as ParsedNode | null, pair.value as ParsedNode | null, offset, source, problems)) };
  return isScalar(node) ? scalarOf(node, source) : { kind: 'nothing', offset };
}

function entryOf(key: ParsedNode | null, value: ParsedNode | null, fallback: number, source: string, problems: ProblemList): readonly YamlEntry[] {
  const plainKey = plainNode(key, fallback, source, problems);
  if (plainKey.kind !== 'text') {
    problems.add('yaml_malformed', plainKey.offset, 'A key is a word before a colon; write key: value.');
    return [];
  }
  if (plainKey.text === '<<') problems.add('yaml_unsupported', plainKey.offset, 'Merge keys are not taken; write the keys out.');
  return [{ key: plainKey, value: plainNode(value, plainKey.offset, source, problems) }];
}

function scalarOf({ type = 'PLAIN', value, range }: Scalar.Parsed, source: string): YamlNode {
  const [offset, end] = range;
  const text = String(value);
  if (type === 'PLAIN' && /^(?:~|null|Null|NULL)?$/.test(text)) return { kind: 'nothing', offset };
  return { kind: 'text', text, offset: contentStart(type, offset, source.slice(offset, end)) };
}

/** After the quote, or on the first line below the sign of a block. */
function contentStart(type: Scalar.Type, offset: number, raw: string): number {
  if (type === 'PLAIN') return offset;
  if (type === 'QUOTE_SINGLE' || type === 'QUOTE_DOUBLE') return offset + 1;
  const header = raw.indexOf('\n');
  const visible = header === -1 ? -1 : raw.slice(header).search(/\S/);
  return visible === -1 ? offset : offset + header + visible;
}
