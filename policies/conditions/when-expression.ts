/** Reads `when` expressions: what comes out of here is of type bool, bounded in what it can cost, and never throws. */
import type { ParseResult } from '@marcbachmann/cel-js';
import { MAX_EXPRESSION_CHARACTERS } from '../language/limits.ts';
import { faultIn } from './when-limits.ts';
import type { TypedNode } from './when-limits.ts';
import { needsOf } from './when-needs.ts';
import { LEFT_FIELDS, MAX_NODES, MAX_NESTING, SEEN_FIELDS, VARIABLES, WHEN_ENVIRONMENT } from './when-scope.ts';
import type { WhenScope } from './when-scope.ts';

/** A class, a group or a zone that an expression compares with, and where it stands there. */
export interface ExpressionMention {
  readonly of: 'label' | 'group' | 'zone';
  readonly text: string;
  readonly offset: number;
}

export interface CompiledExpression {
  readonly text: string;
  /** It asks what was there before: `dwell`, `arrived` or `departed`. */
  readonly needsScene: boolean;
  /**
   * Classes, groups or `anything`: the expression is false on every frame that shows none of them and on which none has left.
   * Null: it may hold all the same, or nobody can tell without trying.
   */
  readonly holdsOnlyWith: readonly string[] | null;
  readonly mentions: readonly ExpressionMention[];
  /** Its truth, or in words why it has none on this frame, such as an index out of range. */
  judge(scope: WhenScope): boolean | string;
}

export interface ExpressionProblem {
  /** What is wrong and how to mend it, one sentence. */
  readonly message: string;
  /** In the expression, UTF-16 units. */
  readonly offset: number;
}

export type ReadExpression = { readonly expression: CompiledExpression } | { readonly problem: ExpressionProblem };

export function readExpression(text: string): ReadExpression {
  if (text.trim() === '') return problem('The expression is empty; write a condition such as objects.count("person") >= 2.', 0);
  if (text.length > MAX_EXPRESSION_CHARACTERS) {
    return problem(`An expression may have ${MAX_EXPRESSION_CHARACTERS} characters; this one has ${text.length}, so split it into several conditions.`, MAX_EXPRESSION_CHARACTERS);
  }
  try {
    const parsed = WHEN_ENVIRONMENT.parse(text);
    const { valid, type, error } = parsed.check();
    if (!valid) return problemOf(error, text);
    const root = parsed.ast as unknown as TypedNode;
    const fault = faultIn(root);
    if (fault !== null) return { problem: fault };
    if (type !== 'bool') return problem(`The expression says ${type} and not true or false; compare it with something.`, 0);
    return { expression: { text, ...needsOf(root), judge: judgeOf(parsed) } };
  } catch (error) {
    return problemOf(error, text);
  }
}

function judgeOf(parsed: ParseResult): CompiledExpression['judge'] {
  return (scope) => {
    try {
      return parsed(scope) === true;
    } catch (error) {
      return summaryOf(error);
    }
  };
}

const problem = (message: string, offset: number): ReadExpression => ({ problem: { message, offset } });

/** Names that mend an error by the library's code; the rest is told by its own words and where it stands. */
const MENDS: Readonly<Record<string, string>> = {
  unknown_variable: `known are ${Object.keys(VARIABLES).join(', ')}; put texts into quotes`,
  no_such_key: `an object has ${SEEN_FIELDS.join(', ')}, one of departed has ${LEFT_FIELDS.join(', ')}`,
  no_such_overload: 'both sides must be of one type: 2.0 is a number with a fraction and 2 a whole one',
  no_matching_overload: 'there are size, count, like, exists, all, exists_one, filter, map, startsWith, endsWith and contains, with arguments of fitting types',
  limit_exceeded: `an expression may have ${MAX_NODES} parts, ${MAX_NESTING} of them inside each other, so split it into several conditions`,
};
const DEFAULT_MEND = 'check names, quotes, brackets and operators there';

function problemOf(error: unknown, text: string): ReadExpression {
  const { code, range, node } = error as { code?: unknown; range?: { start?: unknown }; node?: { pos?: unknown } };
  const mend = (typeof code === 'string' && Object.hasOwn(MENDS, code) ? MENDS[code] : undefined) ?? DEFAULT_MEND;
  const offset = range?.start ?? node?.pos;
  return problem(`${summaryOf(error)}; ${mend}.`, typeof offset === 'number' ? Math.min(offset, text.length) : 0);
}

/** Without the picture of the source that the library draws below its messages; bounded, because texts of the admin come back in them. */
function summaryOf(error: unknown): string {
  const { summary, message } = error as { summary?: unknown; message?: unknown };
  const words = typeof summary === 'string' ? summary : String(message ?? error).split('\n')[0] ?? '';
  return words.length > 160 ? `${words.slice(0, 160)}...` : words;
}
