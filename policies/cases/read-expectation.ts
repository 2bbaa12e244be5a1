/** What a case expects: `never`, `every frame`, a list of times, or `{ first match: 10 s .. 11 s, matches: at least 1 }`. */
import { quoted } from '../language/problems.ts';
import type { ProblemList } from '../language/problems.ts';
import { readDuration } from '../language/read-duration.ts';
import { startOf } from '../language/span.ts';
import type { Span } from '../language/span.ts';
import { textIn, textsOf } from '../language/yaml-fields.ts';
import type { YamlNode } from '../language/yaml-node.ts';
import { mappingFields } from './case-fields.ts';
import type { Expectation, Range } from './case-file.ts';

export function readExpectation(node: YamlNode, source: string, problems: ProblemList): Expectation | undefined {
  if (node.kind === 'mapping') return readWithin(node, source, problems);
  if (node.kind === 'text' && /^\s*never\s*$/i.test(node.text)) return { kind: 'never' };
  if (node.kind === 'text' && /^\s*every\s+frame\s*$/i.test(node.text)) return { kind: 'every-frame' };
  if (node.kind === 'text' && !/^\s*\d/.test(node.text)) {
    problems.add('value_malformed', node.offset, `${quoted(node.text)} says nothing of matches; write never, every frame, the times of all matches such as [10 s, 11 s], or first match: 10 s .. 11 s.`);
    return undefined;
  }
  const texts = textsOf(node, 'The time of a match', '10 s', problems);
  const times = texts.map((text) => readDuration(text, problems)).filter((ms) => ms !== undefined);
  if (times.length < (node.kind === 'list' ? node.items.length : 1)) return undefined;
  return { kind: 'exactly-at', timesMs: times.toSorted((a, b) => a - b) };
}

function readWithin(node: YamlNode, source: string, problems: ProblemList): Expectation | undefined {
  const fields = mappingFields(node, ['first match', 'last match', 'matches'], 'What is expected', source, problems);
  if (fields === undefined) return undefined;
  if (fields.size === 0) problems.add('key_missing', node.offset, 'Nothing is expected here; write such as first match: 10 s .. 11 s, or matches: at least 1.');
  const range = (key: string, example: string, read: (text: Span) => Range | undefined): Range | null => {
    const text = textIn(fields, key, quoted(key), `${key}: ${example}`, problems);
    return (text && read(text)) ?? null;
  };
  const time = (key: string): Range | null =>
    range(key, '10 s .. 11 s', (text) => readRange(text, (part) => readDuration(part, problems), 'The earlier time comes first', problems));
  return {
    kind: 'within',
    firstMs: time('first match'),
    lastMs: time('last match'),
    matches: range('matches', 'at least 1', (text) => readMatches(text, problems)),
  };
}

/** `a .. b`, or `a` alone. */
function readRange(text: Span, read: (part: Span) => number | undefined, orderFault: string, problems: ProblemList): Range | undefined {
  const split = text.text.indexOf('..');
  const from = read(split === -1 ? text : { text: text.text.slice(0, split), offset: text.offset });
  const to = split === -1 ? from : read({ text: text.text.slice(split + 2), offset: text.offset + split + 2 });
  if (from === undefined || to === undefined) return undefined;
  if (to < from) problems.add('value_malformed', startOf(text), `${orderFault}; swap the two around the dots.`);
  return { from, to };
}

const BOUND = /^\s*at\s+(least|most)\b/i;

function readMatches(text: Span, problems: ProblemList): Range | undefined {
  const count = (part: Span): number | undefined => {
    if (/^\s*\d{1,6}\s*$/.test(part.text)) return Number(part.text);
    problems.add('value_malformed', startOf(part), `${quoted(part.text)} is no number of matches; write such as 3, 3 .. 5, at least 1 or at most 5.`);
    return undefined;
  };
  const [head = '', bound] = BOUND.exec(text.text) ?? [];
  if (bound === undefined) return readRange(text, count, 'The smaller number comes first', problems);
  const number = count({ text: text.text.slice(head.length), offset: text.offset + head.length });
  if (number === undefined) return undefined;
  return bound.toLowerCase() === 'least' ? { from: number, to: Number.POSITIVE_INFINITY } : { from: 0, to: number };
}
