/** Thresholds against what models say: some never get far, and below a quarter nearly everything is taken. */
import type { Selector } from '../model.ts';
import { percentText } from '../probability.ts';
import type { CheckSubject } from './check-subject.ts';

/** Of what a calibrated model says at 25 %, three in four are not there. */
const LOW_THRESHOLD = 0.25;

export function checkThresholds(subject: CheckSubject): void {
  const { problems, reach } = subject;
  const lowSaid = new Set<number>();
  for (const node of subject.conditionsOf('objects')) {
    for (const selector of node.select) {
      const { name, threshold, comparison } = selector;
      // The text reader warns of less than one percent by itself. "No person" with a low threshold is careful, not careless.
      if (threshold < LOW_THRESHOLD && node.atMost === null && !lowSaid.has(threshold) && !subject.hasAlready('threshold_tiny')) {
        lowSaid.add(threshold);
        problems.add('threshold_low', subject.placeOfClass(node, name), `Of what a model calls ${percentText(threshold)} probable, most is not there, so this takes nearly everything; 50% and more is usual.`);
      }
      const highest = reach.highest(name);
      if (highest === null || isReached(selector, highest)) continue;
      problems.add('threshold_unreachable', subject.placeOfClass(node, name),
        `No model here (${reach.names}) says more than ${percentText(cut(highest))} of ${name}, so ${comparison} ${percentText(threshold)} is never reached; ask for less, or use another model.`);
    }
  }
}

export const isReached = ({ comparison, threshold }: Selector, highest: number): boolean => (comparison === '>' ? highest > threshold : highest >= threshold);

/** To a tenth of a percent and not rounded up, so that no percentage is claimed that is not reached. */
const cut = (probability: number): number => Math.floor(probability * 1000 + 1e-9) / 1000;
