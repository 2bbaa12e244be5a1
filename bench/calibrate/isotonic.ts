/** The other common way, to be compared with: the best curve that never falls (pool adjacent violators; Zadrozny and Elkan 2002). Pure. */
import type { Pair } from './pairs.ts';

interface Step { from: number; right: number; count: number }

/** Probability by score; between two learnt scores that of the lower one. */
export function fitIsotonic(pairs: readonly Pick<Pair, 'score' | 'right'>[]): (score: number) => number {
  const steps: Step[] = [];
  for (const { score, right } of [...pairs].sort((a, b) => a.score - b.score)) {
    steps.push({ from: score, right: Number(right), count: 1 });
    for (let last = steps.length - 1; last > 0 && share(steps[last - 1]!) >= share(steps[last]!); last -= 1) {
      const { right: more, count } = steps.pop()!;
      steps[last - 1]!.right += more;
      steps[last - 1]!.count += count;
    }
  }
  return (score) => {
    const step = steps.findLast(({ from }) => from <= score) ?? steps[0];
    // Half a right and half a wrong one more in each step: three of three is no certainty.
    return step ? (step.right + 0.5) / (step.count + 1) : score;
  };
}

const share = ({ right, count }: Step): number => right / count;
