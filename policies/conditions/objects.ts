/** `objects`: how many things of some classes are seen, where, how large, for how long. */
import type { Clause } from '../../contracts/verdict.ts';
import { takesOneClass } from '../class-groups.ts';
import { ANYTHING } from '../model.ts';
import type { Objects } from '../model.ts';
import { zonesOf } from '../sightings.ts';
import type { ClassSeen, Sighting } from '../sightings.ts';
import { bitsOf, NO_ZONES } from '../zones.ts';
import type { ZoneTable } from '../zones.ts';
import { objectsText } from './clause-text.ts';
import type { Asks, CompiledCondition, ConditionKind } from './condition-kind.ts';
import { readObjects } from './read-objects.ts';

export const objectsKind: ConditionKind<Objects> = {
  fields: ['select', 'except', 'zones', 'outside', 'minSize', 'maxSize', 'dwellMs', 'motion', 'atLeast', 'atMost'],

  read: (fields, _readChild, refuse) => readObjects(fields, refuse),

  compile(node, { rule, path }) {
    const zones = node.zones.length > 0 ? node.zones : rule.zones ?? [];
    const text = objectsText(node, zones);
    return isPlain(node, zones) ? plainClass(node, path, text) : anyObjects(node, zones, path, text);
  },
};

function asksOf({ select, dwellMs, motion, atLeast }: Objects): Asks {
  const scene = dwellMs > 0 || motion !== 'any';
  return { names: [...new Set(select.map(({ name }) => name))], holdsWithout: atLeast === 0, everyFrame: false, scene, remembers: scene, hitKeys: [] };
}

/** One class above a threshold and nothing else, as most rules have it: by far the fastest to judge. */
const isPlain = ({ select: [first, ...more], except, outside, minSize, maxSize, dwellMs, motion, atLeast, atMost }: Objects, zones: readonly string[]): boolean =>
  more.length + except.length + zones.length + outside.length + dwellMs === 0 && minSize === null && maxSize === null && motion === 'any' &&
  atLeast === 1 && atMost === null && first !== undefined && takesOneClass(first.name);

function plainClass(node: Objects, path: string, text: string): CompiledCondition {
  const { name, comparison, threshold } = node.select[0] as Objects['select'][number];
  const orEqual = comparison === '>=';
  const unseen: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold });
  return {
    asks: asksOf(node),
    judge({ classes }, { clauses, evidence }) {
      for (const { label, best, sightings } of classes) {
        if (label !== name) continue;
        const holds = best > threshold || (orEqual && best === threshold);
        clauses.push({ path, text, holds, compared: best, threshold });
        if (holds) for (const { probability, index } of sightings) if (probability > threshold || (orEqual && probability === threshold)) evidence.push(index);
        return holds;
      }
      clauses.push(unseen);
      return false;
    },
  };
}

function anyObjects(node: Objects, zones: readonly string[], path: string, text: string): CompiledCondition {
  const { minSize, maxSize, outside, dwellMs, motion, atLeast, atMost } = node;
  const asks = asksOf(node);
  const unknown: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold: thresholdOf(node, 0) });
  const number = numberCompared(node);
  const [inside, beyond] = [zoneBits(zones), zoneBits(outside)];

  const fitsPlace = (sighting: Sighting, table: ZoneTable): boolean => {
    if (minSize !== null && sighting.size < minSize) return false;
    if (maxSize !== null && sighting.size > maxSize) return false;
    if (zones.length > 0 && (zonesOf(sighting, table) & inside(table)) === 0) return false;
    return outside.length === 0 || (zonesOf(sighting, table) & beyond(table)) === 0;
  };

  return {
    asks,
    judge(sight, findings) {
      if (asks.remembers && sight.late) {
        findings.clauses.push(unknown);
        return false;
      }
      const evidenceBefore = findings.evidence.length;
      let count = 0;
      let best = -1;
      for (const seen of motion === 'departure' ? sight.departed : sight.classes) {
        if (!isTaken(node, seen)) continue;
        for (const sighting of seen.sightings) {
          if (!fitsPlace(sighting, sight.zones)) continue;
          if (motion === 'arrival' && sighting.facts?.arrived !== true) continue;
          if (number === 'probability' && sighting.probability > best) best = sighting.probability;
          if (!isSure(node, seen, sighting.probability)) continue;
          if (dwellMs > 0) {
            const stayedMs = dwellOf(sighting, zones.length > 0 ? inside(sight.zones) : null);
            if (number === 'dwell' && stayedMs > best) best = stayedMs;
            if (stayedMs < dwellMs) continue;
          }
          count += 1;
          if (sighting.index >= 0) findings.evidence.push(sighting.index);
        }
      }
      const holds = count >= atLeast && (atMost === null || count <= atMost);
      findings.clauses.push({ path, text, holds, compared: number === 'count' ? count : comparedOf(best, number), threshold: thresholdOf(node, count) });
      // Where none is enough, it is not what was seen that made it hold.
      if (!holds || atLeast === 0) findings.evidence.length = evidenceBefore;
      return holds;
    },
  };
}

/** What decides: the best probability, unless a count is asked for or each class has its own threshold; how long it stayed, where that is asked for. */
function numberCompared({ select, dwellMs, atLeast, atMost }: Objects): 'probability' | 'dwell' | 'count' {
  if (atLeast !== 1 || atMost !== null) return 'count';
  if (dwellMs > 0) return 'dwell';
  return select.every(({ threshold }) => threshold === select[0]?.threshold) ? 'probability' : 'count';
}

/** Milliseconds are told as seconds. */
const comparedOf = (best: number, number: 'probability' | 'dwell'): number | null => (best < 0 ? null : number === 'dwell' ? best / 1000 : best);

/** Of two bounds on a count the one that is broken, or the lower one. */
function thresholdOf(node: Objects, count: number): number {
  const { select, dwellMs, atLeast, atMost } = node;
  switch (numberCompared(node)) {
    case 'dwell': return dwellMs / 1000;
    case 'probability': return select[0]?.threshold ?? 0;
    case 'count': return atMost !== null && (atLeast === 0 || count > atMost) ? atMost : atLeast;
  }
}

/** `seen.group` is never a class: a name that equals it is the group. */
const isNamed = (name: string, { label, group }: ClassSeen): boolean => name === label || name === group || name === ANYTHING;

function isTaken({ select, except }: Objects, seen: ClassSeen): boolean {
  for (const name of except) if (isNamed(name, seen)) return false;
  for (const { name } of select) if (isNamed(name, seen)) return true;
  return false;
}

function isSure({ select }: Objects, seen: ClassSeen, probability: number): boolean {
  for (const { name, comparison, threshold } of select) {
    if (isNamed(name, seen) && (probability > threshold || (comparison === '>=' && probability === threshold))) return true;
  }
  return false;
}

/** `wanted`: bits of the zones that it must have stayed in, the longest of them counts; null: in view. */
function dwellOf({ facts, zones }: Sighting, wanted: number | null): number {
  if (facts === null) return -1;
  if (wanted === null) return facts.dwellMs;
  let longest = -1;
  facts.zoneDwellMs?.forEach((ms, bit) => { if ((zones & wanted & (1 << bit)) !== 0 && ms > longest) longest = ms; });
  return longest;
}

/** One rule judges frames of many devices, each with zones of its own; frames of one device come in a row. */
function zoneBits(names: readonly string[]): (table: ZoneTable) => number {
  let [lastTable, lastBits] = [NO_ZONES, 0];
  return (table) => {
    if (table !== lastTable) [lastTable, lastBits] = [table, bitsOf(table, names)];
    return lastBits;
  };
}
