/** Objects of several classes, with all the limits that there are, counted. */
import type { Clause, ClauseUnit } from '../../contracts/verdict.ts';
import { ANYTHING } from '../model.ts';
import type { Objects, Selector } from '../model.ts';
import type { ClassSeen, Sighting } from '../sightings.ts';
import { bitsOf, NO_ZONES } from '../zones.ts';
import type { ZoneTable } from '../zones.ts';
import type { Asks, CompiledCondition, FrameFacts } from './condition-kind.ts';
import type { Findings } from './findings.ts';

export class CountedObjects implements CompiledCondition {
  readonly asks: Asks;
  readonly #node: Objects;
  readonly #unit: Exclude<ClauseUnit, 'frames'>;
  /** What is said where nothing can be known. */
  readonly #unknown: Clause;
  readonly #inside: ZoneBits;
  readonly #outside: ZoneBits;

  /** `node.zones` are those of the assignment where the rule has none. */
  constructor(path: string, text: string, node: Objects, asks: Asks) {
    this.asks = asks;
    this.#node = node;
    this.#unit = unitOf(node);
    this.#unknown = Object.freeze({ path, text, holds: false, compared: null, threshold: thresholdOf(node, this.#unit, 0), unit: this.#unit });
    this.#inside = new ZoneBits(node.zones);
    this.#outside = new ZoneBits(node.outside);
  }

  judge(facts: FrameFacts, findings: Findings): boolean {
    const node = this.#node;
    if (facts.late && this.asks.remembers) {
      findings.say(this.#unknown);
      return false;
    }
    const { motion, atLeast, atMost } = node;
    const classes = motion === 'departure' ? facts.departed : facts.classes;
    const unit = this.#unit;
    const evidenceBefore = findings.evidenceCount;
    let count = 0;
    let best = -1;
    for (let n = 0; n < classes.length; n += 1) {
      const seen = classes[n] as ClassSeen;
      if (!isTaken(node, seen)) continue;
      for (let m = 0; m < seen.sightings.length; m += 1) {
        const sighting = seen.sightings[m] as Sighting;
        if (!this.#isInPlace(sighting, facts.zones)) continue;
        if (motion === 'arrival' && sighting.facts?.arrived !== true) continue;
        if (unit === 'probability' && sighting.probability > best) best = sighting.probability;
        if (!isSure(node, seen, sighting.probability)) continue;
        if (node.dwellMs > 0) {
          const stayedMs = dwellOf(sighting, node.zones.length > 0 ? sighting.zonesIn(facts.zones) & this.#inside.of(facts.zones) : null);
          if (unit === 'seconds' && stayedMs > best) best = stayedMs;
          if (stayedMs < node.dwellMs) continue;
        }
        count += 1;
        if (sighting.index >= 0) findings.point(sighting.index);
      }
    }
    const holds = count >= atLeast && (atMost === null || count <= atMost);
    const { path, text } = this.#unknown;
    findings.say({ path, text, holds, compared: unit === 'objects' ? count : comparedOf(best, unit), threshold: thresholdOf(node, unit, count), unit });
    // Where none is enough, it is not what was seen that made it hold.
    if (!holds || atLeast === 0) findings.dropEvidence(evidenceBefore);
    return holds;
  }

  #isInPlace(sighting: Sighting, table: ZoneTable): boolean {
    const { minSize, maxSize, zones, outside } = this.#node;
    if (minSize !== null && sighting.size < minSize) return false;
    if (maxSize !== null && sighting.size > maxSize) return false;
    if (zones.length > 0 && (sighting.zonesIn(table) & this.#inside.of(table)) === 0) return false;
    return outside.length === 0 || (sighting.zonesIn(table) & this.#outside.of(table)) === 0;
  }
}

/** What decides: the best probability, unless a count is asked for or each class has its own threshold; how long it stayed, where that is asked for. */
function unitOf({ select, dwellMs, atLeast, atMost }: Objects): Exclude<ClauseUnit, 'frames'> {
  if (atLeast !== 1 || atMost !== null) return 'objects';
  if (dwellMs > 0) return 'seconds';
  return select.every(({ threshold }) => threshold === select[0]?.threshold) ? 'probability' : 'objects';
}

/** Milliseconds are told as seconds. */
const comparedOf = (best: number, unit: 'probability' | 'seconds'): number | null => (best < 0 ? null : unit === 'seconds' ? best / 1000 : best);

/** Of two bounds on a count the one that is broken, or the lower one. */
function thresholdOf({ select, dwellMs, atLeast, atMost }: Objects, unit: Exclude<ClauseUnit, 'frames'>, count: number): number {
  switch (unit) {
    case 'seconds': return dwellMs / 1000;
    case 'probability': return select[0]?.threshold ?? 0;
    case 'objects': return atMost !== null && (atLeast === 0 || count > atMost) ? atMost : atLeast;
  }
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

/** `zones`: bits of those that it is in and must have stayed in, the longest of them counts; null: in view. */
function dwellOf({ facts }: Sighting, zones: number | null): number {
  if (facts === null) return -1;
  if (zones === null) return facts.dwellMs;
  let longest = -1;
  facts.zoneDwellMs?.forEach((ms, bit) => { if ((zones & (1 << bit)) !== 0 && ms > longest) longest = ms; });
  return longest;
}

/** One rule judges frames of many devices, each with zones of its own; frames of one device come in a row. */
class ZoneBits {
  readonly #names: readonly string[];
  #lastTable = NO_ZONES;
  #lastBits = 0;

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  of(table: ZoneTable): number {
    if (table !== this.#lastTable) {
      this.#lastTable = table;
      this.#lastBits = bitsOf(table, this.#names);
    }
    return this.#lastBits;
  }
}
