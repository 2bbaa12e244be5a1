/** Keys and values of a YAML mapping, with what is wrong with them. */
import { nearestName } from '../nearest-name.ts';
import { homeOf } from './grammar.ts';
import { positionOf, quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import type { Span } from './span.ts';
import { KIND_NAMES } from './yaml-node.ts';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml-node.ts';

export type Fields = ReadonlyMap<string, YamlEntry>;

/** The entries whose key is one of `known`; every other key and every repeated one is a problem. */
export function fieldsOf(mapping: YamlMapping, known: readonly string[], source: string, problems: ProblemList): Fields {
  const fields = new Map<string, YamlEntry>();
  for (const entry of mapping.entries) {
    const { text, offset } = entry.key;
    const earlier = fields.get(text);
    // What is said of one more is work, and nobody would read it.
    if (problems.isFull('error')) break;
    if (earlier !== undefined) {
      problems.add('key_repeated', offset, `${quoted(text)} stands here for the second time, the first is in line ${positionOf(source, earlier.key.offset).line}; one of them must go.`);
    } else if (known.includes(text)) {
      fields.set(text, entry);
    } else {
      problems.add('key_unknown', offset, unknownKey(text, known));
    }
  }
  return fields;
}

function unknownKey(key: string, known: readonly string[]): string {
  const home = homeOf(key);
  if (home !== undefined) return `${quoted(key)} says nothing here; it belongs ${home}.`;
  const nearest = nearestName(key.toLowerCase(), known);
  return nearest === undefined ? `${quoted(key)} is not known here; known are ${known.join(', ')}.` : `${quoted(key)} is not known here; did you mean ${quoted(nearest)}?`;
}

/** The text of a node; anything else is a problem, for which `what` says what stands here and `example` how it looks. */
export function textOf(node: YamlNode, what: string, example: string, problems: ProblemList): Span | undefined {
  if (node.kind === 'text' && node.text.trim() !== '') return node;
  problems.add('value_malformed', node.offset, `${what} is missing here or is no text (${node.kind === 'text' ? 'an empty text' : KIND_NAMES[node.kind]}); write it as ${example}.`);
  return undefined;
}

/** The text of a key; undefined where the key is not there, and where its value is no text, which is a problem as in `textOf`. */
export function textIn(fields: Fields, key: string, what: string, example: string, problems: ProblemList): Span | undefined {
  const entry = fields.get(key);
  return entry && textOf(entry.value, what, example, problems);
}

/** Those of one text, or of a list of texts with at least one. */
export function textsOf(node: YamlNode, what: string, example: string, problems: ProblemList): readonly Span[] {
  const nodes = node.kind === 'list' && node.items.length > 0 ? node.items : [node];
  return nodes.map((item) => textOf(item, what, example, problems)).filter((span) => span !== undefined);
}
