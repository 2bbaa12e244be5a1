/**
 * The rule engine: assigned rules and what is known of one frame in, one verdict per rule out. Pure, so that the live
 * pipeline, a backtest and a test get the same answer, and fast, because every frame meets every rule of its owner.
 */
import type { Detection } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';
import type { AssignedRule } from '../contracts/rule.ts';
import type { Instant } from '../contracts/time.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { compileCondition, readCondition } from './conditions/index.ts';
import type { CompiledCondition, Findings, FrameFacts } from './conditions/condition-kind.ts';
import type { DeviceMemory } from './memory/device-memory.ts';
import { sightingsOf } from './sightings.ts';

export interface Facts {
  readonly detections: readonly Detection[];
  readonly capturedAt: Instant;
}

export interface Evaluation {
  /** One per rule, in the order of the rules. Verdicts may be shared and frozen: read them, never change them. */
  readonly verdicts: readonly Verdict[];
  /** What the rules remember after this frame. No kind of condition remembers anything yet, so it comes back as it went in. */
  readonly memory: DeviceMemory;
}

/**
 * Judges one frame by each rule. Throws `rule_malformed` with id and version when a stored condition cannot be read.
 *
 * A rule is compiled at its first frame and kept for as long as the `AssignedRule` object lives: callers that keep those
 * objects between frames pay once.
 */
export function evaluate(rules: readonly AssignedRule[], facts: Facts, memory: DeviceMemory): Evaluation {
  const frame: FrameFacts = { ...facts, sightings: sightingsOf(facts.detections) };
  return { verdicts: rules.map((rule) => judge(compiled(rule), frame)), memory };
}

interface CompiledRule {
  readonly rule: AssignedRule;
  readonly root: CompiledCondition;
  /** The verdict on every frame that shows none of the rule's classes, which is most frames for most rules; null if there is none such. */
  readonly nothingSeen: Verdict | null;
}

function judge({ rule, root, nothingSeen }: CompiledRule, frame: FrameFacts): Verdict {
  if (nothingSeen !== null && !root.classes?.some((name) => frame.sightings.has(name))) return nothingSeen;
  return judgeInFull(rule, root, frame);
}

function judgeInFull({ ruleId, version }: AssignedRule, root: CompiledCondition, frame: FrameFacts): Verdict {
  const findings: Findings = { clauses: [], evidence: [] };
  const matched = root.judge(frame, findings);
  // One object may serve several clauses and still is one object.
  const evidence = findings.evidence.length < 2 ? findings.evidence : [...new Set(findings.evidence)].sort((a, b) => a - b);
  return { ruleId, ruleVersion: version, matched, clauses: findings.clauses, evidence };
}

const compiledRules = new WeakMap<AssignedRule, CompiledRule>();

function compiled(rule: AssignedRule): CompiledRule {
  const known = compiledRules.get(rule);
  if (known !== undefined) return known;
  const fresh = compile(rule);
  compiledRules.set(rule, fresh);
  return fresh;
}

function compile(rule: AssignedRule): CompiledRule {
  const root = compileCondition(readOf(rule), '0');
  return { rule, root, nothingSeen: root.classes === null ? null : frozen(judgeInFull(rule, root, EMPTY_FRAME)) };
}

function readOf(rule: AssignedRule) {
  try {
    return readCondition(rule.condition);
  } catch (error) {
    if (error instanceof Failure) throw new Failure(error.code, `rule ${rule.ruleId} version ${rule.version}, ${error.detail}`, { cause: error });
    throw error;
  }
}

/** Only conditions that look at nothing but detections are judged by it, so its capture time is never read. */
const EMPTY_FRAME: FrameFacts = { detections: [], sightings: new Map(), capturedAt: '0001-01-01T00:00:00.000000Z' as Instant };

function frozen(verdict: Verdict): Verdict {
  Object.freeze(verdict.clauses);
  Object.freeze(verdict.evidence);
  return Object.freeze(verdict);
}
