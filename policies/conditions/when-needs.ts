/** What a `when` expression asks for, read from its tree: so that a frame that shows nothing of it costs nothing. */
import { ANYTHING } from '../model.ts';
import type { CompiledExpression, ExpressionMention } from './when-expression.ts';
import { isFieldOf, literalText, nodesIn } from './when-limits.ts';
import type { TypedNode } from './when-limits.ts';

export function needsOf(root: TypedNode): Pick<CompiledExpression, 'needsScene' | 'holdsOnlyWith' | 'mentions'> {
  const all = everyNode(root);
  return {
    needsScene: all.some((node) => isFieldOf(node, ['dwell', 'arrived']) || (node.op === 'id' && node.args === 'departed')),
    holdsOnlyWith: holdsOnlyWith(root),
    mentions: all.flatMap(mentionsAt).toSorted((a, b) => a.offset - b.offset),
  };
}

const everyNode = (node: TypedNode): TypedNode[] => [node, ...nodesIn(node.args).flatMap(everyNode)];

function mentionsAt(node: TypedNode): ExpressionMention[] {
  if (node.op === 'rcall') {
    const [name, , args] = node.args as [string, TypedNode, TypedNode[]];
    return name === 'count' ? mention('label', args[0]) : [];
  }
  if (node.op !== '==' && node.op !== '!=' && node.op !== 'in') return [];
  const [left, right] = node.args as [TypedNode, TypedNode];
  if (node.op === 'in' && isFieldOf(right, ['zones'])) return mention('zone', left);
  const field = [left, right].find((side) => isFieldOf(side, ['label', 'group']));
  if (field === undefined) return [];
  const other = field === left ? right : left;
  const of = isFieldOf(field, ['label']) ? 'label' : 'group';
  return other.op === 'list' ? nodesIn(other.args).flatMap((item) => mention(of, item)) : mention(of, other);
}

function mention(of: ExpressionMention['of'], node: TypedNode | undefined): ExpressionMention[] {
  const text = literalText(node);
  return text === null || node === undefined ? [] : [{ of, text, offset: node.start }];
}

/** Errors need no care here: an expression that has no truth on a frame does not hold. */
function holdsOnlyWith(node: TypedNode): readonly string[] | null {
  switch (node.op) {
    case '&&':
      return narrower(...sidesOf(node).map(holdsOnlyWith));
    case '||':
      return both(...sidesOf(node).map(holdsOnlyWith));
    case 'rcall': {
      const [name, receiver, args] = node.args as [string, TypedNode, TypedNode[]];
      return name === 'exists' || name === 'exists_one' ? elementsOf(receiver, args) : null;
    }
    case '>':
    case '>=':
    case '==': {
      const [left, right] = sidesOf(node);
      const least = left && right?.op === 'value' && typeof right.args === 'bigint' ? right.args + (node.op === '>' ? 1n : 0n) : 0n;
      return left && least > 0n ? counted(left) : null;
    }
    default:
      return null;
  }
}

/** Of a number that is 0 unless something is there. */
function counted(node: TypedNode): readonly string[] | null {
  if (node.op === 'call') {
    const [name, args] = node.args as [string, TypedNode[]];
    return name === 'size' && args[0] ? elementsOf(args[0]) : null;
  }
  if (node.op !== 'rcall') return null;
  const [name, receiver, args] = node.args as [string, TypedNode, TypedNode[]];
  if (name === 'size') return elementsOf(receiver);
  const text = name === 'count' ? literalText(args[0]) : null;
  return text === null ? null : narrower(elementsOf(receiver), [text]);
}

/** What a list holds only when it is seen; `loop`: variable and condition that its elements must meet. */
function elementsOf(list: TypedNode, loop: readonly TypedNode[] = []): readonly string[] | null {
  const [variable, condition] = loop;
  const named = variable && condition ? namesFor(condition, String(variable.args)) : null;
  if (list.op === 'id' && (list.args === 'objects' || list.args === 'departed')) return named ?? [ANYTHING];
  if (list.op !== 'rcall') return null;
  const [name, receiver, args] = list.args as [string, TypedNode, TypedNode[]];
  return name === 'filter' ? narrower(elementsOf(receiver, args), named) : null;
}

/** The classes or groups of which an element must be one for the condition to hold; null: it may be any. */
function namesFor(condition: TypedNode, variable: string): readonly string[] | null {
  const [left, right] = sidesOf(condition);
  if (left === undefined || right === undefined) return null;
  const isNameOf = (node: TypedNode): boolean => isFieldOf(node, ['label', 'group']) && (node.args as [TypedNode])[0].args === variable;
  switch (condition.op) {
    case '&&':
      return narrower(namesFor(left, variable), namesFor(right, variable));
    case '||':
      return both(namesFor(left, variable), namesFor(right, variable));
    case '==': {
      const text = isNameOf(left) ? literalText(right) : isNameOf(right) ? literalText(left) : null;
      return text === null ? null : [text];
    }
    case 'in': {
      const texts = isNameOf(left) && right.op === 'list' ? nodesIn(right.args).map(literalText) : [null];
      return texts.every((text) => text !== null) ? texts : null;
    }
    default:
      return null;
  }
}

const sidesOf = (node: TypedNode): TypedNode[] => nodesIn(node.args);

type Names = readonly string[] | null;

/** Either list alone would do; the one that fewer frames meet is better. */
function narrower(a: Names = null, b: Names = null): Names {
  if (a === null || b === null) return a ?? b;
  if (a.includes(ANYTHING) !== b.includes(ANYTHING)) return a.includes(ANYTHING) ? b : a;
  return a.length <= b.length ? a : b;
}

const both = (a: Names = null, b: Names = null): Names => (a === null || b === null ? null : [...new Set([...a, ...b])]);
