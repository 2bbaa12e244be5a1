/**
 * `like(text, pattern)` of `when` expressions: does the text hold something that the regular expression describes.
 *
 * CEL's own `matches` runs on the engine of JavaScript, where one bad pattern hangs the process. RE2 takes time in
 * proportion to the text, whatever the pattern.
 */
import { RE2JS } from 're2js';

/** Class names and zones are short; a pattern longer than this is a program. */
export const MAX_PATTERN_CHARACTERS = 100;
/** Instructions after RE2 has written out the repeats: `\pL{1000}` is short and no small pattern. */
const MAX_PROGRAM = 500;
/** Names are far shorter. What is longer is cut, so that a strange label cannot slow all rules. */
const MAX_TEXT_CHARACTERS = 200;
/** Each answer is kept, because a device shows few classes and shows them often; what is over is forgotten at once. */
const MAX_ANSWERS = 256;
/** Patterns of all rules of a process; each costs some kilobytes. */
const MAX_PATTERNS = 1_000;

interface Pattern {
  readonly expression: RE2JS;
  readonly answers: Map<string, boolean>;
}

const patterns = new Map<string, Pattern>();

export function like(text: string, pattern: string): boolean {
  const { expression, answers } = patternOf(pattern);
  const known = answers.get(text);
  if (known !== undefined) return known;
  const answer = expression.matcher(text.slice(0, MAX_TEXT_CHARACTERS)).find();
  if (answers.size >= MAX_ANSWERS) answers.clear();
  answers.set(text, answer);
  return answer;
}

/** What is wrong with a pattern and how to mend it; null: nothing. */
export function patternFault(pattern: string): string | null {
  try {
    patternOf(pattern);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function patternOf(pattern: string): Pattern {
  const known = patterns.get(pattern);
  if (known !== undefined) return known;
  if (pattern.length > MAX_PATTERN_CHARACTERS) throw new Error(`a pattern may have ${MAX_PATTERN_CHARACTERS} characters; this one has ${pattern.length}`);
  const expression = RE2JS.compile(pattern);
  if (expression.programSize() > MAX_PROGRAM) throw new Error('the pattern repeats too much; use smaller numbers in braces');
  const fresh = { expression, answers: new Map<string, boolean>() };
  if (patterns.size >= MAX_PATTERNS) patterns.clear();
  patterns.set(pattern, fresh);
  return fresh;
}
