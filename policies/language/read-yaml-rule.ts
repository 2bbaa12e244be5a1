/**
 * The YAML form of a rule, read into the model:
 *
 *     rule: yard-at-night
 *     unsafe:
 *       objects: person > 60%
 *       zone: yard
 *     during: 22:00-06:00
 *
 * `during`, `seen` and `when` beside `unsafe` are short for all of them together, on a condition that holds on enough frames.
 */
import { isSafeId } from '../../contracts/ids.ts';
import { isSeverity, SEVERITIES } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import { nearestName } from '../nearest-name.ts';
import { allOf, during, frames, when } from '../model.ts';
import type { Condition } from '../model.ts';
import { RULE_KEYS } from './grammar.ts';
import { MAX_TITLE_CHARACTERS, MAX_YAML_CHARACTERS } from './limits.ts';
import { USUAL } from './modifiers.ts';
import type { ParsedRule } from './parsed-rule.ts';
import { quoted } from './problems.ts';
import { readExpression } from './read-expression.ts';
import { readFrames } from './read-frames.ts';
import { readWindows } from './read-windows.ts';
import { Reading } from './reading.ts';
import { startOf } from './span.ts';
import { readCondition } from './yaml-condition.ts';
import { readYaml } from './yaml-document.ts';
import { fieldsOf, textIn, textOf } from './yaml-fields.ts';
import type { Fields } from './yaml-fields.ts';

const NEEDED = [
  ['rule', 'The rule has no id; add rule: with one, such as rule: 100.'],
  ['unsafe', 'The rule does not say what is unsafe; add unsafe: with a condition, such as unsafe: person.'],
] as const;

export function readYamlRule(source: string): ParsedRule {
  const reading = new Reading(source);
  const rule = readWhole(source, reading);
  const { places, problems } = reading;
  const mentions = reading.mentions.toSorted((a, b) => a.offset - b.offset);
  return { source, rule: problems.hasErrors ? null : rule ?? null, mentions, places, problems: problems.toArray() };
}

function readWhole(source: string, reading: Reading): ParsedRule['rule'] | undefined {
  const { problems } = reading;
  if (source.length > MAX_YAML_CHARACTERS) {
    problems.add('rule_too_long', MAX_YAML_CHARACTERS, `A rule has at most ${MAX_YAML_CHARACTERS} characters; this text has ${source.length}.`);
    return undefined;
  }
  const node = readYaml(source, problems);
  if (node === undefined) return undefined;
  if (node.kind !== 'mapping') {
    problems.add('value_malformed', node.offset, 'A rule is a mapping; write rule: with its id and unsafe: with a condition.');
    return undefined;
  }
  const fields = fieldsOf(node, RULE_KEYS, source, problems);
  for (const [key, message] of NEEDED) {
    // A key that is only spelt wrong is told once, where it stands.
    const misspelt = node.entries.some((entry) => nearestName(entry.key.text.toLowerCase(), [key]) !== undefined);
    if (!fields.has(key) && !misspelt) problems.add('key_missing', node.offset, message);
  }
  const ruleId = readRuleId(fields, reading);
  const name = readTitle(fields, reading);
  const severity = readSeverity(fields, reading);
  const condition = readRoot(fields, reading);
  return ruleId === undefined || condition === undefined ? undefined : Object.freeze({ ruleId, name, severity, condition });
}

function readRuleId(fields: Fields, { problems }: Reading): string | undefined {
  const text = textIn(fields, 'rule', 'The id of the rule', 'rule: 100', problems);
  const ruleId = text?.text.trim();
  if (text === undefined || ruleId === undefined || isSafeId(ruleId)) return ruleId;
  problems.add('id_unsafe', startOf(text), `${quoted(ruleId)} cannot be a rule id; use up to 64 letters, digits and . _ : @ - with a letter or digit first.`);
  return undefined;
}

function readTitle(fields: Fields, { problems }: Reading): string | null {
  const text = textIn(fields, 'name', 'The name of the rule', 'name: Person in the yard', problems);
  const name = text?.text.trim();
  if (text === undefined || name === undefined) return null;
  if ([...name].length <= MAX_TITLE_CHARACTERS && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(name)) return name;
  problems.add('value_malformed', startOf(text), `A name is one line of at most ${MAX_TITLE_CHARACTERS} characters that can be seen; make it shorter, and leave escapes out.`);
  return null;
}

function readSeverity(fields: Fields, { problems }: Reading): Severity | null {
  const text = textIn(fields, 'severity', 'The severity', 'severity: high', problems);
  const word = text?.text.trim().toLowerCase();
  if (text === undefined || word === undefined) return null;
  if (isSeverity(word)) return word;
  const nearest = nearestName(word, SEVERITIES);
  problems.add('value_malformed', startOf(text), `${quoted(word)} is no severity; ${nearest === undefined ? `write one of ${SEVERITIES.join(', ')}.` : `did you mean ${nearest}?`}`);
  return null;
}

function readRoot(fields: Fields, reading: Reading): Condition | undefined {
  const [unsafe, seen, clock, expression] = ['unsafe', 'seen', 'during', 'when'].map((key) => fields.get(key));
  const depth = 1 + (seen === undefined ? 0 : 1) + (clock === undefined && expression === undefined ? 0 : 1);
  const condition = unsafe && readCondition(unsafe.value, USUAL, depth, reading);
  const counts = seen && textOf(seen.value, 'How many frames', '3 of 5 frames', reading.problems);
  const frameCounts = counts && readFrames(counts, reading.problems);
  const windows = clock && readWindows(clock.value, reading.problems);
  const cel = expression && readExpression(expression.value, reading.problems);
  if (unsafe === undefined || condition === undefined) return undefined;
  const watched = seen && frameCounts ? reading.placed(frames(condition, frameCounts.atLeast, frameCounts.of, frameCounts.withinMs), seen.key.offset) : condition;
  const parts = [watched];
  if (clock && windows) parts.push(reading.placed(during(windows), clock.value.offset));
  if (cel) parts.push(reading.placed(when(cel.text), cel.offset));
  return parts.length === 1 ? watched : reading.placed(allOf(parts), unsafe.key.offset);
}
