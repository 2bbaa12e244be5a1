/** The first look at a YAML text: stops at the first sign of one that is too much or that we do not take, before anything is built of it. */
import { CST, Lexer, Parser } from 'yaml';
import type { ProblemList } from './problems.ts';
import { addYamlFault } from './yaml-faults.ts';

/** Deeper than the deepest rule that is taken; what reads the tree may recurse. */
const MAX_NESTING = 64;

/** Words, signs and blanks of YAML. As many conditions as a rule may have, a line for each, are 12 000; the work of reading grows with them. */
const MAX_LEXEMES = 16_000;

const UNPRINTABLE = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** They let a short text stand for an endless one, or mean another thing to another reader. */
const REFUSED: ReadonlyMap<string | null, string> = new Map([
  ['anchor', 'Anchors are not taken; write the value out where it is needed. A text that starts with & needs quotes.'],
  ['alias', 'Aliases are not taken; write the value out. A text that starts with * needs quotes.'],
  ['tag', 'Tags are not taken; leave out the word that starts with !. A text that starts with it needs quotes.'],
  ['directive-line', 'Directives are not taken; leave out the lines that start with %.'],
]);

/** Undefined when the text cannot be taken, for which `problems` then has the reason. */
export function readYamlTokens(source: string, problems: ProblemList): CST.Document | undefined {
  const unprintable = UNPRINTABLE.exec(source);
  if (unprintable !== null) {
    const code = (unprintable[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    problems.add('yaml_malformed', unprintable.index, `The character U+${code} cannot stand in a rule; take it out.`);
    return undefined;
  }
  const parser = new Parser();
  const documents: CST.Document[] = [];
  const take = (token: CST.Token): void => {
    if (token.type === 'error') addYamlFault({ code: 'UNEXPECTED_TOKEN', message: token.message, pos: [token.offset, token.offset] }, source, problems);
    if (token.type !== 'document') return;
    documents.push(token);
    if (documents.length > 1) problems.add('yaml_unsupported', token.offset, 'A text holds one rule; put what stands from here on into a text of its own.');
  };
  let lexemes = 0;
  let atScalar = false;
  for (const lexeme of new Lexer().lex(source)) {
    lexemes += 1;
    const { offset } = parser;
    const refusal = atScalar ? undefined : REFUSED.get(CST.tokenType(lexeme));
    if (refusal !== undefined) problems.add('yaml_unsupported', offset, refusal);
    if (lexemes > MAX_LEXEMES) problems.add('rule_too_large', offset, `A rule has at most ${MAX_LEXEMES} words and signs for YAML; split it into several.`);
    for (const token of parser.next(lexeme)) take(token);
    if (parser.stack.length > MAX_NESTING) problems.add('rule_too_deep', offset, `Lists and mappings lie in each other ${MAX_NESTING} deep here, which no rule needs; split it into several.`);
    if (problems.hasErrors) return undefined;
    atScalar = lexeme === CST.SCALAR;
  }
  for (const token of parser.end()) take(token);
  if (documents[0] === undefined) problems.add('rule_empty', 0, 'There is no rule here, only comments; write rule: and unsafe:.');
  return problems.hasErrors ? undefined : documents[0];
}
