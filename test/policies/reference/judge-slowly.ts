/**
 * The reference evaluator: what policies/model.ts says in sentences, written down again as plainly as can be. No index, no cache, no bits, nothing
 * compiled and nothing carried on: it keeps all frames and looks at them again and again. Only what memory knows of objects is asked of `observe`.
 */
import type { AssignedRule, RuleSet } from '../../../contracts/rule.ts';
import { instantToEpochMs } from '../../../contracts/time.ts';
import { canonicalClass } from '../../../policies/class-names.ts';
import type { FrameToJudge } from '../../../policies/evaluate.ts';
import { observe } from '../../../policies/memory/observe.ts';
import type { Departed, SceneMemory } from '../../../policies/memory/scene-memory.ts';
import type { Condition, Objects, Selector } from '../../../policies/model.ts';
import { isInZone } from './cells.ts';
import { EXPRESSIONS } from './expressions.ts';
import { isCalled } from './things.ts';
import type { FrameFacts, Thing } from './things.ts';
import { wallClock } from './wall-clock.ts';

export interface SlowClause {
  readonly path: string;
  readonly holds: boolean;
  readonly compared: number | null;
  readonly threshold: number | null;
}

export interface SlowVerdict {
  readonly ruleId: string;
  readonly matched: boolean;
  readonly clauses: readonly SlowClause[];
  readonly evidence: readonly number[];
}

export class SlowDevice {
  readonly #ruleSet: RuleSet;
  readonly #past: FrameFacts[] = [];
  #scene: SceneMemory | null = null;

  constructor(ruleSet: RuleSet) {
    this.#ruleSet = ruleSet;
  }

  judge(frame: FrameToJudge): { facts: FrameFacts; verdicts: SlowVerdict[] } {
    const facts = this.#look(frame);
    // A late frame is judged as if nothing had come before it, and nothing remembers it.
    const frames = frame.late ? [facts] : [...this.#past, facts];
    const verdicts = this.#ruleSet.rules.map((rule) => judgeRule(rule, frames));
    if (!frame.late) this.#past.push(facts);
    return { facts, verdicts };
  }

  #look({ detections, width, height, capturedAt, late }: FrameToJudge): FrameFacts {
    const { zones, timeZone, rules } = this.#ruleSet;
    const atMs = instantToEpochMs(capturedAt);
    const [masks, open] = [zones.filter(({ kind }) => kind === 'mask'), zones.filter(({ kind }) => kind === 'zone')];
    const seen = detections
      .map(({ label, probability, box: [x, y, w, h] }, index) =>
        ({ index, label: canonicalClass(label), probability, size: (w * h) / (width * height), place: [x / width, y / height, w / width, h / height] as const }))
      .filter(({ label, place }) => !masks.some((mask) => isInZone(mask, label, place)))
      .map((object) => ({ ...object, zones: open.filter((zone) => isInZone(zone, object.label, object.place)).map(({ name }) => name) }));
    const zoneNames = open.map(({ name }) => name);
    const asBits = (names: readonly string[]): number => names.reduce((bits, name) => bits + 2 ** zoneNames.indexOf(name), 0);
    const asked = rules.some(({ condition }) => asksScene(condition as Condition));
    const observation = late || !asked ? null : observe(this.#scene, { atMs, zoneNames, objects: seen.map((object) => ({ ...object, zones: asBits(object.zones) })) });
    if (!late) this.#scene = observation?.scene ?? null;
    return {
      things: seen.map((object, n) => ({ ...object, facts: observation?.objects[n] ?? null, zoneNames })),
      departed: (observation?.departed ?? []).map((departed) => leftThing(departed, zoneNames)),
      atMs, timeZone, late,
    };
  }
}

const leftThing = ({ label, probability, place, zones }: Departed, zoneNames: readonly string[]): Thing =>
  ({ index: -1, label, probability, size: place[2] * place[3], facts: null, zoneNames, zones: zoneNames.filter((_, bit) => Math.floor(zones / 2 ** bit) % 2 === 1) });

/** It asks for what was there before, so nothing is known of it on a late frame. */
export function asksScene(condition: Condition): boolean {
  switch (condition.kind) {
    case 'objects': return condition.dwellMs > 0 || condition.motion !== 'any';
    case 'when': return expressionOf(condition.expression).asksScene;
    case 'during': return false;
    case 'frames': return asksScene(condition.child);
    default: return condition.children.some(asksScene);
  }
}

export function remembers(condition: Condition): boolean {
  if (condition.kind === 'frames') return true;
  return 'children' in condition ? condition.children.some(remembers) : asksScene(condition);
}

const expressionOf = (text: string) => EXPRESSIONS.find((expression) => expression.text === text) ?? (() => { throw new Error(`no reading of ${text}`); })();

/** `frames`: the one to judge last. */
function judgeRule({ ruleId, condition, zones }: AssignedRule, frames: readonly FrameFacts[]): SlowVerdict {
  const tree = condition as Condition;
  const { holds, clauses, evidence } = judgeNode(tree, frames, zones ?? [], '0');
  const matched = holds && !(frames.at(-1)?.late && remembers(tree));
  return { ruleId, matched, clauses, evidence: matched ? [...new Set(evidence)].sort((a, b) => a - b) : [] };
}

interface Judged {
  readonly holds: boolean;
  readonly clauses: readonly SlowClause[];
  readonly evidence: readonly number[];
}

function judgeNode(node: Condition, frames: readonly FrameFacts[], assignedZones: readonly string[], path: string): Judged {
  const now = frames.at(-1) as FrameFacts;
  const said = (holds: boolean, evidence: readonly number[], below: readonly SlowClause[], compared: number | null = null, threshold: number | null = null): Judged =>
    ({ holds, evidence: holds ? evidence : [], clauses: [{ path, holds, compared, threshold }, ...below] });
  const child = (condition: Condition, n: number): Judged => judgeNode(condition, frames, assignedZones, `${path}.${n}`);

  switch (node.kind) {
    case 'any-of': {
      const children = node.children.map(child);
      return said(children.some(({ holds }) => holds), children.flatMap(({ evidence }) => evidence), children.flatMap(({ clauses }) => clauses));
    }
    case 'all-of': {
      const children = node.children.map(child);
      return said(children.every(({ holds }) => holds), children.flatMap(({ evidence }) => evidence), children.flatMap(({ clauses }) => clauses));
    }
    case 'none-of': {
      const children = node.children.map(child);
      return said(!children.some(({ holds }) => holds), [], children.flatMap(({ clauses }) => clauses));
    }
    case 'frames': {
      const held = child(node.child, 0);
      if (now.late) return said(false, [], held.clauses, null, node.atLeast);
      const last = frames.slice(-node.of).map((frame, n, window) => ({ frame, held: judgeNode(node.child, frames.slice(0, frames.length - window.length + n + 1), assignedZones, '').holds }));
      const counted = last.filter(({ frame, held: holds }) => holds && (node.withinMs === null || now.atMs - frame.atMs <= node.withinMs)).length;
      return said(held.holds && counted >= node.atLeast, held.evidence, held.clauses, Math.min(counted, node.atLeast), node.atLeast);
    }
    case 'during': {
      const { weekday, minute } = wallClock(now.atMs, now.timeZone);
      const yesterday = weekday === 1 ? 7 : weekday - 1;
      return said(node.windows.some(({ days, from, to }) => (to > from
        ? days.includes(weekday) && minute >= from && minute < to
        : (days.includes(weekday) && minute >= from) || (days.includes(yesterday) && minute < to))), [], []);
    }
    case 'when': {
      const expression = expressionOf(node.expression);
      return said(!(now.late && expression.asksScene) && expression.holds(now), [], []);
    }
    case 'objects': {
      if (now.late && asksScene(node)) return said(false, [], [], null, judgeObjects(node, [], assignedZones).threshold);
      const { fits, compared, threshold } = judgeObjects(node, node.motion === 'departure' ? now.departed : now.things, assignedZones);
      const holds = fits.length >= node.atLeast && (node.atMost === null || fits.length <= node.atMost);
      return said(holds, node.atLeast === 0 ? [] : fits.map(({ index }) => index).filter((index) => index >= 0), [], compared, threshold);
    }
  }
}

function judgeObjects(node: Objects, things: readonly Thing[], assignedZones: readonly string[]): { fits: readonly Thing[]; compared: number | null; threshold: number } {
  const where = node.zones.length > 0 ? node.zones : assignedZones;
  const taking = ({ label }: Thing): readonly Selector[] => node.select.filter(({ name }) => isCalled(name, label));
  const sure = (thing: Thing): boolean =>
    taking(thing).some(({ comparison, threshold }) => (comparison === '>' ? thing.probability > threshold : thing.probability >= threshold));
  const stayedMs = ({ facts, zones, zoneNames }: Thing): number =>
    (where.length === 0 ? facts?.dwellMs ?? 0 : Math.max(0, ...zones.filter((name) => where.includes(name)).map((name) => facts?.zoneDwellMs?.[zoneNames.indexOf(name)] ?? 0)));
  const inPlace = things.filter((thing) =>
    taking(thing).length > 0 && !node.except.some((name) => isCalled(name, thing.label)) &&
    (where.length === 0 || thing.zones.some((name) => where.includes(name))) && !thing.zones.some((name) => node.outside.includes(name)) &&
    (node.minSize === null || thing.size >= node.minSize) && (node.maxSize === null || thing.size <= node.maxSize) &&
    (node.motion !== 'arrival' || thing.facts?.arrived === true));
  const fits = inPlace.filter((thing) => sure(thing) && stayedMs(thing) >= node.dwellMs);
  const most = (numbers: readonly number[]): number | null => (numbers.length === 0 ? null : Math.max(...numbers));

  const onlyAtLeastOne = node.atLeast === 1 && node.atMost === null;
  if (onlyAtLeastOne && node.dwellMs > 0) return { fits, compared: most(inPlace.filter(sure).map((thing) => stayedMs(thing) / 1000)), threshold: node.dwellMs / 1000 };
  if (onlyAtLeastOne && new Set(node.select.map(({ threshold }) => threshold)).size === 1) {
    return { fits, compared: most(inPlace.map(({ probability }) => probability)), threshold: node.select[0]?.threshold as number };
  }
  const tooMany = node.atMost !== null && fits.length > node.atMost;
  return { fits, compared: fits.length, threshold: node.atMost !== null && (tooMany || node.atLeast === 0) ? node.atMost : node.atLeast };
}
