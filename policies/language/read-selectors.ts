/** Which objects: `person > 80%`, a list of such texts, or a mapping of classes to thresholds. */
import { ANYTHING, selector } from '../model.ts';
import type { Selector } from '../model.ts';
import { quoted } from './problems.ts';
import { readClassName } from './read-name.ts';
import { readThreshold } from './read-threshold.ts';
import type { Threshold } from './read-threshold.ts';
import type { Reading } from './reading.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';
import { textOf, textsOf } from './yaml-fields.ts';
import type { YamlMapping, YamlNode } from './yaml-node.ts';

const EXAMPLE = 'person > 80%';

/** At least one, or there is an error in the problems. `usual`: the threshold of items that say none. */
export function readSelectors(node: YamlNode, usual: Threshold, reading: Reading): readonly Selector[] {
  return distinct(node.kind === 'mapping' ? readMapping(node, reading) : readList(node, usual, reading), reading);
}

function readMapping({ entries, offset }: YamlMapping, reading: Reading): readonly Placed[] {
  if (entries.length === 0) reading.problems.add('class_missing', offset, `A class is missing here; write ${EXAMPLE}.`);
  return entries.flatMap(({ key, value }) => {
    const text = textOf(value, 'A threshold', '60%', reading.problems);
    return select(key, text && readThreshold(text, null, reading.problems), reading) ?? [];
  });
}

function readList(node: YamlNode, usual: Threshold, reading: Reading): readonly Placed[] {
  const items = node.kind === 'list' && node.items.length > 0 ? node.items : [node];
  return items.flatMap((item) => {
    const text = item.kind === 'mapping' ? refuseMapping(item, reading) : textOf(item, 'A class', EXAMPLE, reading.problems);
    return (text && readItem(text, usual, reading)) ?? [];
  });
}

/** `- person: 80%` is one mapping per line, and what was meant is clear. */
function refuseMapping({ entries, offset }: YamlMapping, { problems }: Reading): undefined {
  const key = entries[0]?.key.text ?? 'person';
  problems.add('value_malformed', offset, `A class in a list is a text; write ${quoted(`${key.slice(0, 30)} >= 60%`)}, or leave the dashes out.`);
  return undefined;
}

function readItem(text: Span, usual: Threshold, reading: Reading): Placed | undefined {
  const at = text.text.search(/[<>=≥≤]/);
  if (at === -1) return select(text, usual, reading);
  const threshold = readThreshold({ text: text.text.slice(at), offset: text.offset + at }, null, reading.problems);
  return select({ text: text.text.slice(0, at), offset: text.offset }, threshold, reading);
}

interface Placed {
  readonly selector: Selector;
  readonly offset: number;
}

function select(name: Span, threshold: Threshold | undefined, { mentions, problems }: Reading): Placed | undefined {
  if (name.text.trim() === '') {
    problems.add('class_missing', startOf(name), `A class is missing here; write ${EXAMPLE}.`);
    return undefined;
  }
  const mention = readClassName(name, /%/.test(name.text) ? `and a threshold as ${EXAMPLE}` : 'several as a list such as [dog, cat]', problems);
  if (mention === undefined) return undefined;
  if (mention.label !== ANYTHING) mentions.push(mention);
  return threshold && { selector: selector(mention.label, threshold.comparison, threshold.probability), offset: mention.offset };
}

/** A class may stand there with two thresholds, of which the lower one decides; with the same one it stands there once. */
function distinct(items: readonly Placed[], { problems }: Reading): readonly Selector[] {
  const names = new Set<string>();
  const kept = new Map<string, Selector>();
  for (const { selector: item, offset } of items) {
    const { name, comparison, threshold } = item;
    if (names.has(name)) problems.add('class_repeated', offset, `${quoted(name)} stands here already, perhaps under another name; one of them is enough.`);
    names.add(name);
    kept.set(`${comparison}${threshold} ${name}`, item);
  }
  return [...kept.values()];
}

/** Names of classes and groups without thresholds. */
export function readClassNames(node: YamlNode, { mentions, problems }: Reading): readonly string[] {
  const labels = new Set<string>();
  for (const text of textsOf(node, 'A class', 'person', problems)) {
    const mention = readClassName(text, 'without a threshold, and several as a list such as [dog, cat]', problems);
    if (mention === undefined) continue;
    if (labels.has(mention.label)) problems.add('class_repeated', mention.offset, `${quoted(mention.written)} stands here already, perhaps under another name; once is enough.`);
    if (mention.label !== ANYTHING) mentions.push(mention);
    labels.add(mention.label);
  }
  return [...labels];
}
