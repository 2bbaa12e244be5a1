/** `when`: a CEL expression over the frame, for what no other kind of condition can say. */
import type { Clause } from '../../contracts/verdict.ts';
import { when } from '../model.ts';
import type { When } from '../model.ts';
import { inOrder } from '../sightings.ts';
import type { ClassSeen, Sighting } from '../sightings.ts';
import { groupOfClass } from '../class-groups.ts';
import { clauseWithoutNumber } from './children.ts';
import type { ConditionKind, FrameFacts } from './condition-kind.ts';
import { clockOf } from './during.ts';
import { readExpression } from './when-expression.ts';
import { LeftObject, MAX_SCOPE_OBJECTS, SeenObject } from './when-scope.ts';
import type { InPicture, WhenScope } from './when-scope.ts';

export const whenKind: ConditionKind<When> = {
  fields: ['expression'],

  read({ expression }, _readChild, refuse) {
    if (typeof expression !== 'string') return refuse('expression must be a text');
    const read = readExpression(expression);
    return 'problem' in read ? refuse(`expression, character ${read.problem.offset + 1}: ${read.problem.message}`) : when(expression);
  },

  compile({ expression: text }, { path }) {
    const read = readExpression(text);
    // Conditions are read before they are compiled, and what cannot be read never comes here.
    if ('problem' in read) throw new Error(`${text}: ${read.problem.message}`);
    const { needsScene, holdsOnlyWith, judge } = read.expression;
    const [holds, fails] = [clauseWithoutNumber(path, text, true), clauseWithoutNumber(path, text, false)];
    const unknownOfLate = clauseWithoutNumber(path, `${text} (not known of a late frame)`, false);
    const unanswered = (reason: string): Clause => clauseWithoutNumber(path, `${text} (no answer on this frame: ${reason})`, false);
    return {
      asks: { names: holdsOnlyWith ?? [], holdsWithout: holdsOnlyWith === null, everyFrame: false, scene: needsScene, remembers: needsScene, hitKeys: [] },
      judge(facts, findings) {
        if (needsScene && facts.late) {
          findings.say(unknownOfLate);
          return false;
        }
        const answer = judge(scopeOf(facts));
        findings.say(answer === true ? holds : answer === false ? fails : unanswered(answer));
        return answer === true;
      },
    };
  },
};

/** Made at the first expression that a frame meets and kept for the others. */
function scopeOf(facts: FrameFacts): WhenScope {
  if (facts.scope !== null) return facts.scope;
  const clock = clockOf(facts) ?? { weekday: 1, minute: 0 };
  facts.scope = {
    objects: mostProbable(facts.classes).map((sighting) => {
      const { facts: remembered } = sighting;
      return new SeenObject(inPicture(sighting, facts), (remembered?.dwellMs ?? 0) / 1000, remembered?.arrived ?? false);
    }),
    departed: mostProbable(facts.departed).map((sighting) => new LeftObject(inPicture(sighting, facts))),
    hour: BigInt(Math.floor(clock.minute / 60)),
    minute: BigInt(clock.minute % 60),
    weekday: BigInt(clock.weekday),
    captured_at: new Date(Math.floor(facts.atMs)),
  };
  return facts.scope;
}

/** In the order of the frame, unless there are too many. */
function mostProbable(classes: readonly ClassSeen[]): readonly Sighting[] {
  const all = inOrder(classes);
  return all.length <= MAX_SCOPE_OBJECTS ? all : all.toSorted((a, b) => b.probability - a.probability).slice(0, MAX_SCOPE_OBJECTS);
}

function inPicture(sighting: Sighting, { zones: table }: FrameFacts): InPicture {
  const { label, probability, size, place } = sighting;
  const bits = sighting.zonesIn(table);
  return { label, group: groupOfClass(label), probability, size, place, zones: table.names.filter((_, bit) => (bits & (1 << bit)) !== 0) };
}
