/** Which zones a rule speaks of, and in which of them stood what it matched on: for the words and the picture of a message. Pure. */
import type { Detection } from '../contracts/detection.ts';
import type { Clause } from '../contracts/verdict.ts';
import type { Zone } from '../contracts/zone.ts';
import { childrenOf } from './check/condition-tree.ts';
import { canonicalClass } from './class-names.ts';
import { readExpression } from './conditions/when-expression.ts';
import type { Condition } from './model.ts';
import { bitsOf, zoneTableOf, zonesAround } from './zones.ts';

export interface ZonesAsked {
  /** All that the rule or its assignment names. */
  readonly named: readonly string[];
  /** What the rule matched on lies inside at least one of these; empty: it may be anywhere. */
  readonly inside: readonly string[];
}

/** `assigned`: the zones of the assignment, which hold for every condition that names none itself. `clauses`: of the verdict, by the same version of the rule. */
export function zonesAsked(condition: Condition, assigned: readonly string[] | null, clauses: readonly Clause[]): ZonesAsked {
  const holding = new Set(clauses.flatMap(({ path, holds }) => (holds ? [path] : [])));
  const named: string[] = [];
  /** Of the conditions whose objects are the evidence. */
  const insides: (readonly string[])[] = [];
  const visit = (node: Condition, path: string, counts: boolean): void => {
    const seen = counts && holding.has(path);
    if (node.kind === 'objects') {
      const zones = node.zones.length > 0 ? node.zones : assigned ?? [];
      named.push(...zones, ...node.outside);
      if (seen && node.atMost !== 0) insides.push(zones);
    } else if (node.kind === 'when') {
      named.push(...mentionedIn(node.expression));
    }
    // What must not be there was not what was seen.
    childrenOf(node).forEach((child, index) => visit(child, `${path}.${index}`, seen && node.kind !== 'none-of'));
  };
  visit(condition, '0', true);
  return { named: [...new Set(named)], inside: insides.some((zones) => zones.length === 0) ? [] : [...new Set(insides.flat())] };
}

function mentionedIn(text: string): string[] {
  const read = readExpression(text);
  return 'expression' in read ? read.expression.mentions.flatMap((mention) => (mention.of === 'zone' ? [mention.text] : [])) : [];
}

/**
 * Those of `inside` that hold one of the detections. All of them where none does: what has left has no box any more, and zones may
 * have been drawn anew since. Boxes are in pixels of `size`.
 */
export function zonesSeenIn(
  inside: readonly string[], zones: readonly Zone[], evidence: readonly Detection[], { width, height }: { readonly width: number; readonly height: number },
): readonly string[] {
  const table = zoneTableOf(zones.filter(({ name, kind }) => kind === 'zone' && inside.includes(name)));
  let bits = 0;
  for (const { label, box: [x, y, across, down] } of evidence) bits |= zonesAround(table, canonicalClass(label), [x / width, y / height, across / width, down / height]);
  const holding = inside.filter((name) => (bits & bitsOf(table, [name])) !== 0);
  return holding.length > 0 ? holding : inside;
}
