/** The registry of condition kinds: the only place that goes from a `kind` to what it does. */
import { Failure } from '../../contracts/failures.ts';
import type { Condition, ConditionName } from '../model.ts';
import { allOfKind } from './all-of.ts';
import { anyOfKind } from './any-of.ts';
import type { CompiledCondition, ConditionKind, Position } from './condition-kind.ts';
import { duringKind } from './during.ts';
import { framesKind } from './frames.ts';
import { noneOfKind } from './none-of.ts';
import { objectsKind } from './objects.ts';
import { CLASS_ABOVE_FIELDS, readClassAbove } from './read-objects.ts';
import { whenKind } from './when.ts';

const KINDS: { readonly [Name in ConditionName]: ConditionKind<Extract<Condition, { kind: Name }>> } = {
  'any-of': anyOfKind,
  'all-of': allOfKind,
  'none-of': noneOfKind,
  objects: objectsKind,
  frames: framesKind,
  during: duringKind,
  when: whenKind,
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
    // Rule versions that were stored before there was `objects` stay as they are for ever.
    if (kind === 'class-above') return readClassAbove(known(fields, CLASS_ABOVE_FIELDS, kind, refuse), refuse);
    if (!isConditionName(kind)) return refuse(`unknown kind ${JSON.stringify(kind)?.slice(0, 60)}; known are ${CONDITION_NAMES.join(', ')}`);
    return KINDS[kind].read(known(fields, KINDS[kind].fields, kind, refuse), (child, index) => read(child, `${path}.${index}`, depth + 1), refuse);
  };
  return read(value, '0', 1);
}

export function compileCondition<C extends Condition>(node: C, position: Position): CompiledCondition {
  const kind = KINDS[node.kind] as unknown as ConditionKind<C>;
  return kind.compile(node, position, (child, index) => compileCondition(child, { ...position, path: `${position.path}.${index}` }));
}

/** A field that is passed over in silence is a limit that the admin believes in and the rule does not have. */
function known(fields: Readonly<Record<string, unknown>>, names: readonly string[], kind: string, refuse: (reason: string) => never): Readonly<Record<string, unknown>> {
  const stranger = Object.keys(fields).find((field) => !names.includes(field));
  return stranger === undefined ? fields : refuse(`${kind} has no field ${JSON.stringify(stranger.slice(0, 60))}`);
}

const isConditionName = (kind: unknown): kind is ConditionName => typeof kind === 'string' && Object.hasOwn(KINDS, kind);
