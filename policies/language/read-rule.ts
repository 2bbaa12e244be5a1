/** Reads a rule, whichever of its two forms the text has: one line, or YAML, of which JSON is a part. No text throws. */
import { RULE_KEYS } from './grammar.ts';
import { parseOneLine } from './parse-one-line.ts';
import type { ParsedRule } from './parsed-rule.ts';
import { readYamlRule } from './read-yaml-rule.ts';

export const readRule = (text: string): ParsedRule => (isYaml(text) ? readYamlRule(text) : parseOneLine(text));

const RULE_KEY = new RegExp(`^[ \\t\\ufeff]*["']?(?:${RULE_KEYS.join('|')})["']?[ \\t]*:(?:\\s|$)`, 'im');
const ONE_LINE_START = /^\s*rule[\s_-]*id/i;
const YAML_START = /^\s*(?:[{[#%]|---(?:\s|$))/;
const KEY_LINES = /^[ \t]*[^\s:|][^\n:|]*:(?:[ \t\r]|$)/gm;

/**
 * A line that starts with a key of a rule makes it YAML: no part of the one-line form starts with one. Where no key is spelt
 * right, the text is taken for the form that it looks more like, so that what is said of it helps.
 */
function isYaml(text: string): boolean {
  // A byte order mark counts as a blank to JavaScript, so it hides none of these.
  if (YAML_START.test(text) || RULE_KEY.test(text)) return true;
  if (ONE_LINE_START.test(text) || text.includes('|')) return false;
  return (text.match(KEY_LINES)?.length ?? 0) >= 2;
}
