/**
 * The rule engine: a device's rules, its memory and what is known of one frame in; verdicts and memory out. Pure, so that the live
 * pipeline, a backtest and a test get the same answer, and fast, because every frame meets every rule of its device.
 */
import type { RuleSet } from '../contracts/rule.ts';
import { instantToEpochMs } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';
import type { Verdict } from '../contracts/verdict.ts';
import type { FrameFacts } from './conditions/condition-kind.ts';
import { Findings } from './conditions/findings.ts';
import type { DeviceMemory } from './memory/device-memory.ts';
import { observe } from './memory/observe.ts';
import type { Observation, Observed } from './memory/scene-memory.ts';
import { hitsAfter } from './remembered-hits.ts';
import { compiledRuleSet } from './rule-set.ts';
import type { CompiledRule } from './rule-set.ts';
import { departuresOf, inOrder, sightingsOf } from './sightings.ts';
import type { ClassSeen, Picture } from './sightings.ts';
import { NO_ZONES } from './zones.ts';
import type { ZoneTable } from './zones.ts';

export interface FrameToJudge extends Picture {
  readonly capturedAt: Instant;
  /** Behind the device's cursor, or by a clock that cannot be right: it is judged, moves no memory, and no rule that remembers matches on it. */
  readonly late: boolean;
}

export interface Evaluation {
  /**
   * In order of rule id, of those rules that this frame touches: that name something which is seen or has left with it, that can hold on a frame that shows
   * nothing of what they name, or that must count every frame. The others did not match; `untouchedVerdict` has their clauses.
   * Verdicts may be frozen and shared: read them, never change them.
   */
  readonly verdicts: readonly Verdict[];
  readonly memory: DeviceMemory;
}

/** Judges one frame. Throws `rule_malformed` with id and version when a stored condition cannot be read. */
export function evaluate(ruleSet: RuleSet, frame: FrameToJudge, memory: DeviceMemory): Evaluation {
  const set = compiledRuleSet(ruleSet);
  const atMs = instantToEpochMs(frame.capturedAt);
  const classes = sightingsOf(frame, set.zones);
  const observation = set.scene && !frame.late ? observed(memory, classes, set.zones, atMs) : null;
  const departed = observation === null || observation.departed.length === 0 ? NOTHING_SEEN : departuresOf(observation.departed);
  const facts: FrameFacts = {
    classes, departed, zones: set.zones, atMs, timeZone: ruleSet.timeZone, late: frame.late, frame: memory.frames + 1, hits: memory.hits, moved: [],
    clock: null, scope: null,
  };
  const verdicts: Verdict[] = [];
  const touched = set.touchedBy(classes, departed);
  for (let n = 0; n < touched.length; n += 1) verdicts.push(judge(set.rules[touched[n] as number] as CompiledRule, facts));
  if (frame.late) return { verdicts, memory };
  const hits = hitsAfter(memory.hits, facts.moved, facts.frame, set.framesOfHits);
  const { version, cursor, cursorAcceptedAt, behind } = memory;
  // Field by field: spreading takes several times as long, and this is done for every frame.
  return { verdicts, memory: { version, cursor, cursorAcceptedAt, behind, frames: facts.frame, scene: observation?.scene ?? null, hits } };
}

/**
 * What a rule says of every frame that does not touch it: the clauses of a frame that shows nothing. Of the clock and of earlier frames they know nothing.
 * Throws RangeError for a rule that the set does not hold.
 */
export function untouchedVerdict(ruleSet: RuleSet, ruleId: string): Verdict {
  const compiled = compiledRuleSet(ruleSet).rule(ruleId);
  if (compiled === undefined) throw new RangeError(`the rule set has no rule ${ruleId}`);
  const verdict = judge(compiled, { ...NO_FRAME, moved: [], clock: null, scope: null });
  return { ...verdict, matched: false, evidence: NO_EVIDENCE };
}

const NOTHING_SEEN: readonly ClassSeen[] = Object.freeze([]);
const NO_EVIDENCE: readonly number[] = Object.freeze([]);
const NO_FRAME = { classes: NOTHING_SEEN, departed: NOTHING_SEEN, zones: NO_ZONES, atMs: 0, timeZone: null, late: false, frame: 1, hits: {} };

/** One for all: judging never waits, and what a verdict takes along is copied. */
const findings = new Findings();

function judge({ ruleId, version, severity, remembers, root }: CompiledRule, facts: FrameFacts): Verdict {
  findings.clear();
  const holds = root.judge(facts, findings);
  const matched = holds && !(facts.late && remembers);
  return { ruleId, ruleVersion: version, severity, matched, clauses: findings.clauses(), evidence: matched ? findings.evidence() : NO_EVIDENCE };
}

/** What memory says of the objects is left on them. */
function observed({ scene }: DeviceMemory, classes: readonly ClassSeen[], zones: ZoneTable, atMs: number): Observation {
  const sightings = inOrder(classes);
  const objects = sightings.map((sighting): Observed => ({ label: sighting.label, probability: sighting.probability, place: sighting.place, zones: sighting.zonesIn(zones) }));
  const observation = observe(scene, { atMs, objects, zoneNames: zones.names });
  sightings.forEach((sighting, n) => { sighting.facts = observation.objects[n] ?? null; });
  return observation;
}
