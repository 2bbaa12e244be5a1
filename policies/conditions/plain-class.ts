/**
 * An object of one class above a threshold: what nearly all rules are made of, so it has a way of its own.
 *
 * It and the other compiled conditions are classes, and loops go by index, because of what judging ten thousand rules waits for: a closure for each rule
 * lies in four places of memory instead of one, and iterators leave an object behind at each step.
 */
import type { Clause } from '../../contracts/verdict.ts';
import type { Selector } from '../model.ts';
import { classNameOf } from '../sightings.ts';
import type { ClassSeen, Sighting } from '../sightings.ts';
import type { Asks, CompiledCondition, FrameFacts } from './condition-kind.ts';
import type { Findings } from './findings.ts';

export class PlainClass implements CompiledCondition {
  readonly asks: Asks;
  readonly #label: string;
  readonly #threshold: number;
  readonly #orEqual: boolean;
  readonly #path: string;
  readonly #text: string;
  readonly #unseen: Clause;

  constructor(path: string, text: string, { name, comparison, threshold }: Selector, asks: Asks) {
    this.asks = asks;
    this.#label = classNameOf(name).label;
    this.#threshold = threshold;
    this.#orEqual = comparison === '>=';
    this.#path = path;
    this.#text = text;
    this.#unseen = Object.freeze({ path, text, holds: false, compared: null, threshold, unit: 'probability' });
  }

  judge({ classes }: FrameFacts, findings: Findings): boolean {
    const label = this.#label;
    for (let n = 0; n < classes.length; n += 1) {
      const seen = classes[n] as ClassSeen;
      if (seen.label === label) return this.#compare(seen, findings);
    }
    findings.say(this.#unseen);
    return false;
  }

  #compare({ best, sightings }: ClassSeen, findings: Findings): boolean {
    const threshold = this.#threshold;
    const orEqual = this.#orEqual;
    const holds = best > threshold || (orEqual && best === threshold);
    findings.say({ path: this.#path, text: this.#text, holds, compared: best, threshold, unit: 'probability' });
    for (let n = 0; holds && n < sightings.length; n += 1) {
      const { probability, index } = sightings[n] as Sighting;
      if (probability > threshold || (orEqual && probability === threshold)) findings.point(index);
    }
    return holds;
  }
}
