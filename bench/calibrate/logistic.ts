/** Fits the logistic curve that turns scores into probabilities. Pure. */
import { logit } from '../../adapters/detector/calibration.ts';
import type { Logistic } from '../../adapters/detector/calibration.ts';
import { CLASS_GROUP_NAMES } from '../../contracts/class-groups.ts';
import type { ClassGroup } from '../../contracts/class-groups.ts';
import { byGroup } from './pairs.ts';
import type { Pair } from './pairs.ts';

/**
 * How strongly a group leans on what all groups say together, in pairs: one with a handful of labelled things keeps to the common curve, one with
 * hundreds follows its own.
 */
const LEANING = 4;
/** Scores that mean what they say: what everything leans on, lightly, so that a fit exists for any pairs. */
const AS_SAID: Logistic = { slope: 1, intercept: 0 };
/** Newton's method on a convex function of two numbers needs about six. */
const STEPS = 50;

/** Greatest likelihood under a normal prior around `prior`; a slope below zero, which would turn the order of scores round, does not come out. */
export function fitLogistic(pairs: readonly Pick<Pair, 'score' | 'right'>[], prior: Logistic, leaning: number): Logistic {
  let { slope, intercept } = prior;
  for (let step = 0; step < STEPS; step += 1) {
    let [gradientSlope, gradientIntercept] = [leaning * (slope - prior.slope), leaning * (intercept - prior.intercept)];
    let [slopeSlope, slopeIntercept, interceptIntercept] = [leaning, 0, leaning];
    for (const { score, right } of pairs) {
      const x = logit(score);
      const p = 1 / (1 + Math.exp(-(slope * x + intercept)));
      const error = p - (right ? 1 : 0);
      const weight = p * (1 - p);
      gradientSlope += error * x;
      gradientIntercept += error;
      slopeSlope += weight * x * x;
      slopeIntercept += weight * x;
      interceptIntercept += weight;
    }
    const determinant = slopeSlope * interceptIntercept - slopeIntercept ** 2;
    const moveSlope = (interceptIntercept * gradientSlope - slopeIntercept * gradientIntercept) / determinant;
    const moveIntercept = (slopeSlope * gradientIntercept - slopeIntercept * gradientSlope) / determinant;
    slope = Math.max(0.05, slope - moveSlope);
    intercept -= moveIntercept;
    if (Math.abs(moveSlope) + Math.abs(moveIntercept) < 1e-9) break;
  }
  return { slope, intercept };
}

/** A curve for each group, around that of all. */
export function fitGroups(pairs: readonly Pair[]): Record<ClassGroup, Logistic> {
  const all = fitLogistic(pairs, AS_SAID, 1);
  const groups = byGroup(pairs);
  return Object.fromEntries(CLASS_GROUP_NAMES.map((group) => [group, fitLogistic(groups.get(group)!, all, LEANING)])) as Record<ClassGroup, Logistic>;
}
