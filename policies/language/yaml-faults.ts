/** What is said of a text that is no YAML: the first fault only, because those after it are mostly its echo. */
import type { YAMLError } from 'yaml';
import type { ProblemList } from './problems.ts';
import { quoted } from './problems.ts';
import type { Span } from './span.ts';

/** By the code of the library; its own words stand for whatever is not here. */
const SENTENCES: Readonly<Partial<Record<YAMLError['code'], string>>> = {
  BAD_INDENT: 'This line does not begin where its neighbours do; give all keys of one mapping, and all dashes of one list, the same indentation.',
  TAB_AS_INDENT: 'YAML is indented with spaces; put spaces in place of this tab.',
  BLOCK_AS_IMPLICIT_KEY: 'A value with a colon in it, or a line that is indented too far; put the value into quotes, or move the line below the key that it belongs to.',
  MULTILINE_IMPLICIT_KEY: 'A line without a colon, or one that is not indented as its neighbours are; write key: value, with a space after the colon, and commas between the items of [ ] and { }.',
  BLOCK_IN_FLOW: 'Inside of [ ] and { } there are commas between items; put one before the next key, or close the bracket.',
  BAD_DQ_ESCAPE: 'No escape that YAML knows; write \\\\ for a backslash in double quotes, or take single quotes.',
  KEY_OVER_1024_CHARS: 'This key is too long to be one; write key: value.',
  BAD_SCALAR_START: 'No value may start with this character; put the value into quotes.',
};

const UNCLOSED = /^Flow (?:sequence|map) .*end with/;
const SENTENCE_OF_UNCLOSED = 'A [ or { that was opened does not end; close it with ] or }.';
const MISSING = /^Missing (closing )?(.*)$/;

export function addYamlFault(error: Pick<YAMLError, 'code' | 'message' | 'pos'>, source: string, problems: ProblemList): void {
  const at = Math.min(error.pos[0], source.length);
  const comparison = comparisonAt(source, at);
  if (comparison === undefined) problems.add('yaml_malformed', at, (UNCLOSED.test(error.message) ? SENTENCE_OF_UNCLOSED : SENTENCES[error.code]) ?? sentenceOf(error.message, source, at));
  else problems.add('yaml_malformed', comparison.offset, `A value that starts with > needs quotes in YAML; write "${comparison.text}".`);
}

/** A value that starts with > is a folded text to YAML, and nobody who writes `probability: > 80%` means one. */
function comparisonAt(source: string, at: number): Span | undefined {
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = source.indexOf('\n', at);
  const [before = '', text = ''] = /^.*?[:,[-] *(>[=\s]*[\d.]+ ?%?)/.exec(source.slice(lineStart, lineEnd === -1 ? undefined : lineEnd)) ?? [];
  return text === '' ? undefined : { text: text.trim(), offset: lineStart + before.length - text.length };
}

function sentenceOf(message: string, source: string, at: number): string {
  const [, closing, what] = MISSING.exec(message) ?? [];
  if (closing !== undefined) return `A ${what?.includes('quote') === true ? 'quote' : what} that was opened does not end; close it.`;
  if (what !== undefined && what.includes(',')) return 'A comma is missing before this; put one between two items.';
  if (/node end/.test(message)) return `Nothing may stand here after the value, and ${quoted(lineFrom(source, at))} does; put the whole value into quotes.`;
  if (/in YAML stream/.test(message)) return `${quoted(lineFrom(source, at))} closes or continues what was never opened; take it out, or indent it as its neighbours are.`;
  if (/same line with key/.test(message)) return 'A list begins on a line of its own; put a line break before this dash, or write [a, b].';
  return `This cannot be read as YAML (${message.split('\n')[0]?.slice(0, 120)}); write key: value, one per line.`;
}

const lineFrom = (source: string, at: number): string => source.slice(at, at + 80).split('\n')[0] ?? '';
