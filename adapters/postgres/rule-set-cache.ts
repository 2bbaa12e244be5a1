/**
 * The rule sets that this process judges by, kept for as long as it is certain that nothing changed. What is kept is dropped at every
 * word on the channel, and nothing is kept while the channel is not heard: then each batch asks anew, which is slower and never wrong.
 */
import type { AssignedRule, RuleSet } from '../../contracts/rule.ts';
import type { EffectiveRule } from '../../policies/effective-rules.ts';
import { LatestUsed } from './latest-used.ts';
import { listen } from './listen.ts';
import type { Pool, Queryable } from './pool.ts';
import { gatherRuleSets, readConditions } from './rule-sets.ts';
import type { NamedContents, RuleScope } from './rule-sets.ts';

/** Said by the triggers on whatever goes into a rule set, heard at the commit of the change. */
export const RULES_CHANGED = 'watchpost_rules';

/**
 * A connection that died without a word looks alive until the kernel gives up, after minutes. This bounds what that can do. Loading a set takes a
 * few milliseconds, so twice a minute and device costs nothing.
 */
const KEPT_MS = 30_000;
/** Rules in all kept sets: ten thousand devices with fifty each, some 100 MB with what the engine makes of them. */
const MOST_RULES = 500_000;
/** Rule versions, each with the tree of its condition: ten times what the largest plant that we know of has in force. */
const MOST_VERSIONS = 100_000;

interface Kept {
  readonly ruleSet: RuleSet;
  readonly atMs: number;
}

const rulesIn = ({ rules }: RuleSet): number => 1 + rules.length;

export class RuleSets {
  readonly #db: Queryable;
  readonly #hearing: () => boolean;
  readonly #nowMs: () => number;
  readonly #byScope = new LatestUsed<Kept>(MOST_RULES, ({ ruleSet }) => rulesIn(ruleSet));
  /** Outlive a change: the sets that it did not touch come back as the same objects, which are compiled. */
  readonly #byId = new LatestUsed<RuleSet>(MOST_RULES, rulesIn);
  readonly #rules = new LatestUsed<AssignedRule>(MOST_VERSIONS);
  readonly #conditions = new LatestUsed<{ readonly condition: unknown }>(MOST_VERSIONS);
  /** What is to be written down with the first verdict; without an entry it was. */
  readonly #unrecorded = new WeakMap<RuleSet, NamedContents>();
  #changes = 0;

  /** `hearing`: whether every change will be told through `changed`. */
  constructor(db: Queryable, hearing: () => boolean, nowMs: () => number = () => performance.now()) {
    this.#db = db;
    this.#hearing = hearing;
    this.#nowMs = nowMs;
  }

  /** What was loaded, or is being loaded, may be out of date. */
  changed(): void {
    this.#changes += 1;
    this.#byScope.clear();
  }

  /** The set of each scope. */
  async of(scopes: readonly RuleScope[]): Promise<(scope: RuleScope) => RuleSet> {
    const wanted = new Map(scopes.map((scope) => [keyOf(scope), scope]));
    const found = new Map<string, RuleSet>();
    for (const key of wanted.keys()) {
      const kept = this.#kept(key);
      if (kept) found.set(key, kept);
    }
    const missing = [...wanted].filter(([key]) => !found.has(key));
    if (missing.length > 0) for (const [key, ruleSet] of await this.#load(missing)) found.set(key, ruleSet);
    return (scope) => found.get(keyOf(scope))!;
  }

  /** Those of the sets that this process has not seen in the ledger yet. */
  unrecorded(sets: readonly RuleSet[]): NamedContents[] {
    return [...new Set(sets)].flatMap((ruleSet) => this.#unrecorded.get(ruleSet) ?? []);
  }

  /** To be called once their rows are committed. */
  recorded(sets: readonly RuleSet[]): void {
    for (const ruleSet of sets) this.#unrecorded.delete(ruleSet);
  }

  #kept(key: string): RuleSet | undefined {
    const kept = this.#hearing() ? this.#byScope.get(key) : undefined;
    return kept !== undefined && this.#nowMs() - kept.atMs < KEPT_MS ? kept.ruleSet : undefined;
  }

  async #load(missing: readonly (readonly [key: string, scope: RuleScope])[]): Promise<[key: string, ruleSet: RuleSet][]> {
    const atMs = this.#nowMs();
    const changes = this.#changes;
    const gathered = await gatherRuleSets(this.#db, missing.map(([, scope]) => scope));
    const conditions = await this.#conditionsOf(gathered);
    const loaded = missing.map(([key], index): [string, RuleSet] => [key, this.#ruleSet(gathered[index]!, conditions)]);
    // A change that came meanwhile may or may not be in what was read. It serves the frames that wait for it, and no other.
    if (this.#hearing() && changes === this.#changes) for (const [key, ruleSet] of loaded) this.#byScope.set(key, { ruleSet, atMs });
    return loaded;
  }

  /** They are most of what a set weighs and never change, so each is fetched once and not with every set. */
  async #conditionsOf(gathered: readonly NamedContents[]): Promise<ReadonlyMap<string, unknown>> {
    const rules = new Map(gathered.flatMap((contents) => (this.#byId.get(contents.ruleSetId) ? [] : contents.rules)).map((rule) => [versionOf(rule), rule]));
    const known = new Map([...rules.keys()].map((version) => [version, this.#conditions.get(version)]));
    const unknown = [...rules].filter(([version]) => known.get(version) === undefined).map(([, rule]) => rule);
    for (const { condition, ...rule } of unknown.length === 0 ? [] : await readConditions(this.#db, unknown)) {
      known.set(versionOf(rule), this.#conditions.set(versionOf(rule), { condition }));
    }
    return new Map([...known].map(([version, kept]) => [version, kept?.condition]));
  }

  #ruleSet(contents: NamedContents, conditions: ReadonlyMap<string, unknown>): RuleSet {
    const known = this.#byId.get(contents.ruleSetId);
    if (known) return known;
    const ruleSet = ruleSetOf(contents, (rule) => this.#rule(rule, conditions.get(versionOf(rule))));
    this.#unrecorded.set(ruleSet, contents);
    return this.#byId.set(contents.ruleSetId, ruleSet);
  }

  /** One object for all sets that hold the rule alike: the engine compiles by object. */
  #rule(rule: EffectiveRule, condition: unknown): AssignedRule {
    const key = JSON.stringify([rule.ruleId, rule.version, rule.severity, rule.zones]);
    return this.#rules.get(key) ?? this.#rules.set(key, assignedRule(rule, condition));
  }
}

const ruleSetOf = ({ ruleSetId, rules, zones, timeZone }: NamedContents, ruleOf: (rule: EffectiveRule) => AssignedRule): RuleSet =>
  Object.freeze({ ruleSetId, rules: rules.map(ruleOf), zones, timeZone });

const assignedRule = ({ ruleId, version, severity, zones }: EffectiveRule, condition: unknown): AssignedRule => Object.freeze({ ruleId, version, condition, severity, zones });

const keyOf = ({ userId, deviceId, timeZone }: RuleScope): string => [userId, deviceId, timeZone].join('\n');
const versionOf = ({ ruleId, version }: { readonly ruleId: string; readonly version: number }): string => `${ruleId} ${version}`;

/** A set as it was recorded, for the engine. */
export async function recordedRuleSet(db: Queryable, contents: NamedContents): Promise<RuleSet> {
  const conditions = new Map((await readConditions(db, contents.rules)).map((row) => [versionOf(row), row.condition]));
  return ruleSetOf(contents, (rule) => assignedRule(rule, conditions.get(versionOf(rule))));
}

/** With a listener of its own; `close` ends it. */
export function openRuleSets(pool: Pool, url: string): { readonly ruleSets: RuleSets; close(): Promise<void> } {
  const listener = listen(url, RULES_CHANGED, () => ruleSets.changed());
  const ruleSets = new RuleSets(pool, () => listener.hearing());
  return { ruleSets, close: () => listener.close() };
}
