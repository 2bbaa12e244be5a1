/** How well scores, and each way of turning them into probabilities, do on frames that the fit did not see. Pure. */
import { probabilityOf } from '../../adapters/detector/calibration.ts';
import { CLASS_GROUP_NAMES } from '../../contracts/class-groups.ts';
import type { ClassGroup } from '../../contracts/class-groups.ts';
import { fitIsotonic } from './isotonic.ts';
import { fitGroups } from './logistic.ts';
import { byGroup, foldsOf } from './pairs.ts';
import type { Pair } from './pairs.ts';
import { reliabilityOf } from './reliability.ts';
import type { Reliability, Said } from './reliability.ts';

/** Each fold holds a fifth of the scenes: enough to judge by, and little enough to miss in the fit. */
const FOLDS = 5;

export interface Ways {
  /** The score, taken for a probability. */
  readonly score: Reliability;
  readonly logistic: Reliability;
  readonly isotonic: Reliability;
}

export interface CrossValidation extends Ways {
  readonly groups: ReadonlyMap<ClassGroup, Ways>;
}

export function crossValidate(pairs: readonly Pair[]): CrossValidation {
  const folds = foldsOf(pairs, FOLDS);
  const said = Array.from({ length: FOLDS }, (_, fold) => {
    const learnt = pairs.filter((_pair, i) => folds[i] !== fold);
    const curves = fitGroups(learnt);
    const steps = new Map([...byGroup(learnt)].map(([group, of]) => [group, fitIsotonic(of)]));
    return pairs.filter((_pair, i) => folds[i] === fold).map(({ score, right, group }) => ({
      group, right, score, logistic: probabilityOf(score, curves[group]), isotonic: steps.get(group)!(score),
    }));
  }).flat();
  const ways = (of: typeof said): Ways => ({
    score: reliability(of, ({ score }) => score), logistic: reliability(of, ({ logistic }) => logistic), isotonic: reliability(of, ({ isotonic }) => isotonic),
  });
  return { ...ways(said), groups: new Map(CLASS_GROUP_NAMES.map((group) => [group, ways(said.filter((one) => one.group === group))])) };
}

const reliability = <T extends { readonly right: boolean }>(all: readonly T[], probability: (one: T) => number): Reliability =>
  reliabilityOf(all.map((one): Said => ({ probability: probability(one), right: one.right })));
