/** What every check is given: a rule that could be read, what it is held against, and where to say what is wrong. */
import { readExpression } from '../conditions/when-expression.ts';
import type { ReadExpression } from '../conditions/when-expression.ts';
import type { ClassMention, ParsedRule } from '../language/parsed-rule.ts';
import type { ProblemCode, ProblemList } from '../language/problems.ts';
import type { Condition, When } from '../model.ts';
import type { DeviceSight, ModelSight, Sights } from './check-rule.ts';
import { nodesOf } from './condition-tree.ts';
import { ModelReach } from './model-reach.ts';

export class CheckSubject {
  readonly root: Condition;
  /** All conditions, parents first, each once. */
  readonly conditions: readonly Condition[];
  /** Those of the devices; of a rule that is assigned to nobody, all. */
  readonly models: readonly ModelSight[];
  readonly reach: ModelReach;
  readonly devices: readonly DeviceSight[];
  readonly problems: ProblemList;
  readonly #parsed: ParsedRule;
  readonly #mentions = new Map<string, number[]>();
  readonly #expressions = new Map<string, ReadExpression>();

  constructor(parsed: ParsedRule, root: Condition, { models, devices }: Sights, problems: ProblemList) {
    this.root = root;
    this.conditions = [...new Set(nodesOf(root))];
    this.models = models;
    this.reach = new ModelReach(models);
    this.devices = devices;
    this.problems = problems;
    this.#parsed = parsed;
    for (const { label, offset } of parsed.mentions) {
      const offsets = this.#mentions.get(label);
      if (offsets === undefined) this.#mentions.set(label, [offset]);
      else offsets.push(offset);
    }
  }

  get mentions(): readonly ClassMention[] {
    return this.#parsed.mentions;
  }

  /** The problems of the text itself. */
  hasAlready(code: ProblemCode): boolean {
    return this.#parsed.problems.some((problem) => problem.code === code);
  }

  conditionsOf<Kind extends Condition['kind']>(kind: Kind): readonly Extract<Condition, { kind: Kind }>[] {
    return this.conditions.filter((node): node is Extract<Condition, { kind: Kind }> => node.kind === kind);
  }

  say(code: ProblemCode, node: Condition, message: string): void {
    this.problems.add(code, this.placeOf(node), message);
  }

  placeOf(node: Condition): number {
    return this.#parsed.places.get(node) ?? this.#parsed.places.get(this.root) ?? 0;
  }

  /** Where a class of a condition stands: the first mention from the condition on. */
  placeOfClass(node: Condition, name: string): number {
    const from = this.placeOf(node);
    return this.#mentions.get(name)?.find((offset) => offset >= from) ?? from;
  }

  /** Where a text of a condition stands; literal when the source says it just like this, so that an offset in it can be added. */
  placeOfText(node: Condition, text: string): { readonly at: number; readonly isLiteral: boolean } {
    const from = this.placeOf(node);
    const at = this.#parsed.source.indexOf(text, from);
    return at === -1 ? { at: from, isLiteral: false } : { at, isLiteral: true };
  }

  /** Where a word of a condition stands. */
  placeOfWord(node: Condition, word: string): number {
    const from = this.placeOf(node);
    const { source } = this.#parsed;
    // An empty text is found everywhere, also behind the end.
    if (word === '') return from;
    for (let at = source.indexOf(word, from); at !== -1; at = source.indexOf(word, at + 1)) {
      const [before, after] = [source.charAt(at - 1), source.charAt(at + word.length)];
      if (!WORD.test(before) && !WORD.test(after)) return at;
    }
    return from;
  }

  /** Read once for all checks. */
  expressionOf({ expression }: When): ReadExpression {
    let read = this.#expressions.get(expression);
    if (read === undefined) {
      read = readExpression(expression);
      this.#expressions.set(expression, read);
    }
    return read;
  }
}

const WORD = /[\p{L}\p{N}]/u;
