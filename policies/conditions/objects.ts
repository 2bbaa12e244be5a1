/**
 * `objects`: how many things of some classes are seen, where, how large, for how long. Most of the time of a frame is spent here, so loops
 * go by index: those over iterators leave an object behind at each step until the compiler has come to them.
 */
import type { Clause } from '../../contracts/verdict.ts';
import { takesOneClass } from '../class-groups.ts';
import { ANYTHING } from '../model.ts';
import type { Objects, Selector } from '../model.ts';
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
  const { name, comparison, threshold } = node.select[0] as Selector;
  const orEqual = comparison === '>=';
  const unseen: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold });
  return {
    asks: asksOf(node),
    judge({ classes }, findings) {
      const seen = classSeen(classes, name);
      if (seen === null) {
        findings.say(unseen);
        return false;
      }
      const { best, sightings } = seen;
      const holds = best > threshold || (orEqual && best === threshold);
      findings.say({ path, text, holds, compared: best, threshold });
      for (let n = 0; holds && n < sightings.length; n += 1) {
        const { probability, index } = sightings[n] as Sighting;
        if (probability > threshold || (orEqual && probability === threshold)) findings.point(index);
      }
      return holds;
    },
  };
}

function anyObjects(node: Objects, zones: readonly string[], path: string, text: string): CompiledCondition {
  const { select, minSize, maxSize, outside, dwellMs, motion, atLeast, atMost } = node;
  const asks = asksOf(node);
  const number = numberCompared(node);
  const limit = number === 'dwell' ? dwellMs / 1000 : select[0]?.threshold ?? 0;
  const unknown: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold: number === 'count' ? boundCompared(node, 0) : limit });
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
        findings.say(unknown);
        return false;
      }
      const evidenceBefore = findings.evidenceCount;
      let count = 0;
      let best = -1;
      const classes = motion === 'departure' ? sight.departed : sight.classes;
      for (let n = 0; n < classes.length; n += 1) {
        const seen = classes[n] as ClassSeen;
        if (!isTaken(node, seen)) continue;
        for (let m = 0; m < seen.sightings.length; m += 1) {
          const sighting = seen.sightings[m] as Sighting;
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
          if (sighting.index >= 0) findings.point(sighting.index);
        }
      }
      const holds = count >= atLeast && (atMost === null || count <= atMost);
      findings.say({ path, text, holds, compared: number === 'count' ? count : comparedOf(best, number), threshold: number === 'count' ? boundCompared(node, count) : limit });
      // Where none is enough, it is not what was seen that made it hold.
      if (!holds || atLeast === 0) findings.dropEvidence(evidenceBefore);
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

/** The bound that is broken, or the lower one. */
const boundCompared = ({ atLeast, atMost }: Objects, count: number): number => (atMost !== null && (atLeast === 0 || count > atMost) ? atMost : atLeast);

function classSeen(classes: readonly ClassSeen[], label: string): ClassSeen | null {
  for (let n = 0; n < classes.length; n += 1) if ((classes[n] as ClassSeen).label === label) return classes[n] as ClassSeen;
  return null;
}

/** `seen.group` is never a class: a name that equals it is the group. */
const isNamed = (name: string, { label, group }: ClassSeen): boolean => name === label || name === group || name === ANYTHING;

function isTaken({ select, except }: Objects, seen: ClassSeen): boolean {
  for (let n = 0; n < except.length; n += 1) if (isNamed(except[n] as string, seen)) return false;
  for (let n = 0; n < select.length; n += 1) if (isNamed((select[n] as Selector).name, seen)) return true;
  return false;
}

function isSure({ select }: Objects, seen: ClassSeen, probability: number): boolean {
  for (let n = 0; n < select.length; n += 1) {
    const { name, comparison, threshold } = select[n] as Selector;
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
