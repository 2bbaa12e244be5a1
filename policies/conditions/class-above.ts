/** `class-above`: an object of one class with a probability above a threshold. */
import type { Clause } from '../../contracts/verdict.ts';
import { canonicalClass } from '../class-names.ts';
import { classAbove } from '../model.ts';
import type { ClassAbove } from '../model.ts';
import { hasFewDecimals, percentText } from '../probability.ts';
import type { ConditionKind } from './condition-kind.ts';

export const classAboveKind: ConditionKind<ClassAbove> = {
  fields: ['label', 'comparison', 'threshold'],

  read({ label, comparison, threshold }, _readChild, refuse) {
    if (typeof label !== 'string' || label.trim() === '') return refuse('label must be the name of a class');
    if (comparison !== '>' && comparison !== '>=') return refuse('comparison must be > or >=');
    if (typeof threshold !== 'number' || !(threshold >= 0 && threshold <= 1)) return refuse('threshold must be a number from 0 to 1');
    if (!hasFewDecimals(threshold)) return refuse('threshold must have at most six decimals');
    return classAbove(canonicalClass(label), comparison, threshold);
  },

  compile({ label, comparison, threshold }, path) {
    const text = `${label} with probability ${comparison} ${percentText(threshold)}`;
    const unseen: Clause = Object.freeze({ path, text, holds: false, compared: null, threshold });
    const suffices = comparison === '>' ? (probability: number) => probability > threshold : (probability: number) => probability >= threshold;
    return {
      classes: [label],
      judge(facts, { clauses, evidence }) {
        const sighting = facts.sightings.get(label);
        if (sighting === undefined) {
          clauses.push(unseen);
          return false;
        }
        const holds = suffices(sighting.best);
        clauses.push({ path, text, holds, compared: sighting.best, threshold });
        if (holds) evidence.push(...sighting.indexes.filter((index) => suffices(facts.detections[index]?.probability ?? 0)));
        return holds;
      },
    };
  },
};
