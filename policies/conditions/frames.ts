/** `frames`: a condition that holds now and has held on so many of the last frames. */
import type { Clause } from '../../contracts/verdict.ts';
import { durationText } from '../language/read-duration.ts';
import type { Hit } from '../memory/device-memory.ts';
import { frames, MAX_FRAMES } from '../model.ts';
import type { Frames } from '../model.ts';
import type { ConditionKind, FrameFacts } from './condition-kind.ts';

export const framesKind: ConditionKind<Frames> = {
  fields: ['child', 'atLeast', 'of', 'withinMs'],

  read({ child, atLeast, of, withinMs }, readChild, refuse) {
    if (!isWhole(of) || of < 2 || of > MAX_FRAMES) return refuse(`of must be a whole number from 2 to ${MAX_FRAMES}`);
    if (!isWhole(atLeast) || atLeast < 1 || atLeast > of) return refuse('atLeast must be a whole number from 1 to of');
    if (withinMs !== null && (!isWhole(withinMs) || withinMs < 1)) return refuse('withinMs must be null or a whole number of milliseconds');
    return frames(readChild(child, 0), atLeast, of, withinMs);
  },

  compile({ child: node, atLeast, of, withinMs }, { rule, path }, compileChild) {
    const child = compileChild(node, 0);
    const key = `${rule.ruleId}@${rule.version}#${path}`;
    const text = `on at least ${atLeast} of the last ${of} frames${withinMs === null ? '' : ` within ${durationText(withinMs)}`}`;
    const unknown: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold: atLeast, unit: 'frames' });
    return {
      asks: {
        ...child.asks,
        // A frame that shows nothing may be one on which the child holds: it must be counted though the rule as a whole cannot match there.
        everyFrame: child.asks.everyFrame || child.asks.holdsWithout,
        remembers: true,
        hitKeys: [...child.asks.hitKeys, [key, of]],
      },
      judge(facts, findings) {
        const place = findings.say(unknown);
        const evidenceBefore = findings.evidenceCount;
        const held = child.judge(facts, findings);
        if (facts.late) {
          findings.dropEvidence(evidenceBefore);
          return false;
        }
        const hits = countingHits(facts, facts.hits[key] ?? NONE, of, withinMs);
        if (held) {
          hits.push([facts.frame, facts.atMs]);
          // Older ones than the newest that are asked for can never decide.
          if (hits.length > atLeast) hits.shift();
          facts.moved.push([key, hits]);
        }
        const holds = held && hits.length >= atLeast;
        findings.correct(place, { path, text, holds, compared: hits.length, threshold: atLeast, unit: 'frames' });
        if (!holds) findings.dropEvidence(evidenceBefore);
        return holds;
      },
    };
  },
};

function countingHits(facts: FrameFacts, hits: readonly Hit[], of: number, withinMs: number | null): Hit[] {
  const counting: Hit[] = [];
  for (const hit of hits) {
    const [frame, atMs] = hit;
    if (facts.frame - frame < of && (withinMs === null || facts.atMs - atMs <= withinMs)) counting.push(hit);
  }
  return counting;
}

const NONE: readonly Hit[] = Object.freeze([]);
const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);
