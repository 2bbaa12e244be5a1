/** What piles up while a YAML rule is read. */
import type { Condition } from '../model.ts';
import { MAX_CONDITIONS } from './limits.ts';
import type { ClassMention } from './parsed-rule.ts';
import { ProblemList } from './problems.ts';

export class Reading {
  readonly source: string;
  readonly problems: ProblemList;
  readonly mentions: ClassMention[] = [];
  readonly places = new Map<Condition, number>();
  #conditions = 0;

  constructor(source: string) {
    this.source = source;
    this.problems = new ProblemList(source);
  }

  placed<T extends Condition>(condition: T, offset: number): T {
    this.places.set(condition, offset);
    return condition;
  }

  /** False when a rule has no room for one more condition. */
  countCondition(offset: number): boolean {
    this.#conditions += 1;
    if (this.#conditions === MAX_CONDITIONS + 1) this.problems.add('rule_too_large', offset, `A rule has at most ${MAX_CONDITIONS} conditions; split it into several.`);
    return this.#conditions <= MAX_CONDITIONS;
  }
}
