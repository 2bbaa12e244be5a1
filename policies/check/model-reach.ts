/** What a set of models can see, by the names that rules use: which classes and groups, and how sure of them they ever are. */
import { takes } from '../class-groups.ts';
import { canonicalClass } from '../class-names.ts';
import type { ModelSight } from './check-rule.ts';
import { isManyClasses } from './name-cover.ts';

export class ModelReach {
  readonly names: string;
  /** Canonical class, and what says how sure a model ever is of it. */
  readonly #classes = new Map<string, (() => number)[]>();
  readonly #highest = new Map<string, number | null>();

  constructor(models: readonly ModelSight[]) {
    this.names = models.map(({ name }) => name).join(', ');
    for (const model of models) {
      for (const label of model.labels) {
        const name = canonicalClass(label);
        const known = this.#classes.get(name);
        const highest = () => model.highest(label);
        if (known === undefined) this.#classes.set(name, [highest]);
        else known.push(highest);
      }
    }
  }

  /** Nothing can be said of what no model looks at. */
  get isEmpty(): boolean {
    return this.#classes.size === 0;
  }

  get classes(): readonly string[] {
    return [...this.#classes.keys()];
  }

  /** A group is known when one of its classes is. */
  knows(name: string): boolean {
    return this.#classes.has(name) || (isManyClasses(name) && this.classes.some((label) => takes(name, label)));
  }

  /** The highest probability that a model ever says of something that the name takes; null when none knows any of it. */
  highest(name: string): number | null {
    let known = this.#highest.get(name);
    if (known === undefined) {
      const taken = isManyClasses(name) ? this.classes.filter((label) => takes(name, label)) : [name];
      const said = taken.flatMap((label) => this.#classes.get(label) ?? []).map((highest) => highest());
      known = said.length === 0 ? null : Math.max(...said);
      this.#highest.set(name, known);
    }
    return known;
  }
}
