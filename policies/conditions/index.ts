/** The registry of condition kinds: the only place that goes from a `kind` to what it does. */
import { Failure } from '../../contracts/failures.ts';
import type { Condition, ConditionName } from '../model.ts';
import { allOfKind } from './all-of.ts';
import { anyOfKind } from './any-of.ts';
import { classAboveKind } from './class-above.ts';
import type { CompiledCondition, ConditionKind } from './condition-kind.ts';

const KINDS: { readonly [Name in ConditionName]: ConditionKind<Extract<Condition, { kind: Name }>> } = {
  'any-of': anyOfKind,
  'all-of': allOfKind,
  'class-above': classAboveKind,
};

export const CONDITION_NAMES = Object.keys(KINDS) as ConditionName[];

/** Deeper trees are attacks, not rules: without a bound, nested brackets would overflow the stack. */
const MAX_DEPTH = 32;
/** Eight times the longest label list in public use (1 203 classes): a rule may name them all, a mistake may not fill the memory. */
const MAX_CONDITIONS = 10_000;

/** A condition tree from JSON, as it is kept with a rule. Throws `rule_malformed` with the place and the fault. */
export function readCondition(value: unknown): Condition {
  let conditions = 0;
  const read = (node: unknown, path: string, depth: number): Condition => {
    const refuse = (reason: string): never => {
      throw new Failure('rule_malformed', `condition ${path}: ${reason}`);
    };
    conditions += 1;
    if (depth > MAX_DEPTH) return refuse(`more than ${MAX_DEPTH} conditions inside each other`);
    if (conditions > MAX_CONDITIONS) return refuse(`more than ${MAX_CONDITIONS} conditions`);
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return refuse('must be an object');
    const { kind, ...fields } = node as Record<string, unknown>;
    if (!isConditionName(kind)) return refuse(`unknown kind ${JSON.stringify(kind)?.slice(0, 60)}; known are ${CONDITION_NAMES.join(', ')}`);
    const stranger = Object.keys(fields).find((field) => !(KINDS[kind].fields as readonly string[]).includes(field));
    // A field that is passed over in silence is a limit that the admin believes in and the rule does not have.
    if (stranger !== undefined) return refuse(`${kind} has no field ${JSON.stringify(stranger.slice(0, 60))}`);
    return KINDS[kind].read(fields, (child, index) => read(child, `${path}.${index}`, depth + 1), refuse);
  };
  return read(value, '0', 1);
}

export function compileCondition<C extends Condition>(node: C, path: string): CompiledCondition {
  const kind = KINDS[node.kind] as unknown as ConditionKind<C>;
  return kind.compile(node, path, compileCondition);
}

const isConditionName = (kind: unknown): kind is ConditionName => typeof kind === 'string' && Object.hasOwn(KINDS, kind);
