/** The text of a `when:`. What it means is the business of `conditions/`; here it only has to be one. */
import { MAX_EXPRESSION_CHARACTERS } from './limits.ts';
import type { ProblemList } from './problems.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';
import { textOf } from './yaml-fields.ts';
import type { YamlNode } from './yaml-node.ts';

// Written with escapes only, and no database takes all of them in a text.
const UNPRINTABLE = /[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** Trimmed; undefined when something is wrong, which then stands in `problems`. */
export function readExpression(node: YamlNode, problems: ProblemList): Span | undefined {
  const written = textOf(node, 'An expression', 'size(objects) < 5', problems);
  if (written === undefined) return undefined;
  const offset = startOf(written);
  const text = written.text.replaceAll('\r\n', '\n').trim();
  if (text.length > MAX_EXPRESSION_CHARACTERS) {
    problems.add('expression_malformed', offset, `An expression has at most ${MAX_EXPRESSION_CHARACTERS} characters, this one ${text.length}; split it into conditions under all.`);
  } else if (UNPRINTABLE.test(text)) {
    problems.add('expression_malformed', offset, 'A character that cannot be seen stands in this expression; take its escape out.');
  } else {
    return { text, offset };
  }
  return undefined;
}
