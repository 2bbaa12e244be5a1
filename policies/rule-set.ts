/**
 * A rule set made ready to judge: each rule compiled once, and an index from what may be seen to the rules that it touches, so
 * that a frame costs what it shows and not what rules there are.
 */
import { Failure } from '../contracts/failures.ts';
import type { AssignedRule, RuleSet } from '../contracts/rule.ts';
import type { Severity } from '../contracts/severity.ts';
import type { CompiledCondition } from './conditions/condition-kind.ts';
import { compileCondition, readCondition } from './conditions/index.ts';
import { ANYTHING } from './model.ts';
import type { ClassSeen } from './sightings.ts';
import { zoneTableOf } from './zones.ts';
import type { ZoneTable } from './zones.ts';

/** What a verdict says of its rule lies beside what judges, so that a rule is one place in memory and not three. */
export interface CompiledRule {
  readonly ruleId: string;
  readonly version: number;
  readonly severity: Severity;
  /** It does not match on a late frame. */
  readonly remembers: boolean;
  readonly root: CompiledCondition;
}

export interface CompiledRuleSet {
  readonly rules: readonly CompiledRule[];
  readonly zones: ZoneTable;
  /** Undefined for a rule that the set does not hold. */
  rule(ruleId: string): CompiledRule | undefined;
  /** Some rule asks what was there before. */
  readonly scene: boolean;
  /** For how many frames a hit can count, by its key in the device memory. */
  readonly framesOfHits: ReadonlyMap<string, number>;
  /** Places in `rules`, ascending, of those that name something of this or must be asked on every frame. */
  touchedBy(seen: readonly ClassSeen[], departed: readonly ClassSeen[]): readonly number[];
}

const compiledSets = new WeakMap<RuleSet, CompiledRuleSet>();
const compiledRules = new WeakMap<AssignedRule, CompiledRule>();

/** Compiled at its first frame and kept for as long as the object lives. Throws `rule_malformed` with id and version when a stored condition cannot be read. */
export function compiledRuleSet(ruleSet: RuleSet): CompiledRuleSet {
  const known = compiledSets.get(ruleSet);
  if (known !== undefined) return known;
  const rules = ruleSet.rules.map(compiledRule);
  const asks = rules.map(({ root }) => root.asks);
  /** Nobody who judges asks by id. */
  let byId: ReadonlyMap<string, CompiledRule> | undefined;
  const fresh: CompiledRuleSet = {
    rules,
    zones: zoneTableOf(ruleSet.zones),
    rule: (ruleId) => (byId ??= new Map(rules.map((rule) => [rule.ruleId, rule]))).get(ruleId),
    scene: asks.some(({ scene }) => scene),
    framesOfHits: new Map(asks.flatMap(({ hitKeys }) => hitKeys)),
    touchedBy: indexOf(rules),
  };
  compiledSets.set(ruleSet, fresh);
  return fresh;
}

/** A rule that several devices share is compiled once for all of them. */
function compiledRule(rule: AssignedRule): CompiledRule {
  const known = compiledRules.get(rule);
  if (known !== undefined) return known;
  const root = compileCondition(readOf(rule), { rule, path: '0' });
  const fresh: CompiledRule = { ruleId: rule.ruleId, version: rule.version, severity: rule.severity, remembers: root.asks.remembers, root };
  compiledRules.set(rule, fresh);
  return fresh;
}

function readOf(rule: AssignedRule) {
  try {
    return readCondition(rule.condition);
  } catch (error) {
    if (error instanceof Failure) throw new Failure(error.code, `rule ${rule.ruleId} version ${rule.version}, ${error.detail}`, { cause: error });
    throw error;
  }
}

const NO_RULES: readonly number[] = Object.freeze([]);
/** From here on it is faster to look through all rules than to sort those that were found. */
const MANY = 1 / 8;
/** What a place of `marks` can hold. */
const MAX_MARK = 0xffff_ffff;

type Places = readonly number[];

function addNamed(lists: Places[], byName: ReadonlyMap<string, Places>, classes: readonly ClassSeen[]): void {
  for (let n = 0; n < classes.length; n += 1) {
    const { label, group } = classes[n] as ClassSeen;
    addList(lists, byName.get(label));
    if (group !== label) addList(lists, byName.get(group));
  }
}

function addList(lists: Places[], places: Places | undefined): void {
  if (places !== undefined && !lists.includes(places)) lists.push(places);
}

function indexOf(rules: readonly CompiledRule[]): CompiledRuleSet['touchedBy'] {
  const everyFrame: number[] = [];
  const byName = new Map<string, number[]>();
  rules.forEach(({ root: { asks } }, place) => {
    if (asks.holdsWithout || asks.everyFrame) {
      everyFrame.push(place);
      return;
    }
    for (const name of asks.names) {
      const places = byName.get(name);
      if (places === undefined) byName.set(name, [place]);
      else places.push(place);
    }
  });
  // A rule is in several lists when it names several things that are seen: marks of this frame tell which were met.
  const marks = new Uint32Array(rules.length);
  let mark = 0;

  return (seen, departed) => {
    const lists: Places[] = everyFrame.length > 0 ? [everyFrame] : [];
    addNamed(lists, byName, seen);
    addNamed(lists, byName, departed);
    if (seen.length + departed.length > 0) addList(lists, byName.get(ANYTHING));
    const [first = NO_RULES] = lists;
    if (lists.length < 2) return first;
    mark += 1;
    if (mark > MAX_MARK) {
      marks.fill(0);
      mark = 1;
    }
    return merged(lists);
  };

  function merged(lists: readonly Places[]): Places {
    const found: number[] = [];
    for (const places of lists) {
      for (let n = 0; n < places.length; n += 1) {
        const place = places[n] as number;
        if (marks[place] === mark) continue;
        marks[place] = mark;
        found.push(place);
      }
    }
    if (found.length < rules.length * MANY) return found.sort((a, b) => a - b);
    let kept = 0;
    for (let place = 0; place < rules.length; place += 1) if (marks[place] === mark) found[kept++] = place;
    return found;
  }
}
