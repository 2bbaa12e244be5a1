/**
 * What a `when` expression may not do. The library has no limit on the time that an expression takes, so everything that
 * could take long is refused here, on the tree of the expression with the types that its checker found.
 *
 * Lists stay flat and never grow (no `+` on lists, no lists in lists), so none is longer than the objects of a frame or than what is written out in
 * the expression; loops stand in one another twice at most. So an expression costs at most its parts times the square of the objects.
 */
import { canonicalClass } from '../class-names.ts';
import { MAX_PATTERN_CHARACTERS, patternFault } from './like.ts';
import { VARIABLES } from './when-scope.ts';

/** A node of the library's tree after its checker has run. The type stands on it but not in the library's declarations. */
export interface TypedNode {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly checkedType?: { readonly name: string };
}

interface Fault {
  readonly message: string;
  readonly offset: number;
}

/** Loops inside one another. Two find pairs of objects; three over a hundred objects are a million steps. */
const MAX_LOOPS = 2;

/** Calls whose body runs once for each element; the variable of the loop is their first argument. */
const LOOPS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

const TIMESTAMP = 'google.protobuf.Timestamp';
const DURATION = 'google.protobuf.Duration';
const SCALARS: ReadonlySet<string> = new Set(['bool', 'int', 'double', 'string', TIMESTAMP, DURATION]);
const ELEMENTS: ReadonlySet<string> = new Set([...SCALARS, 'Seen', 'Left']);

/**
 * Of the library's functions those that are cheap and read no clock but UTC: those of timestamps with a zone format and parse a text at every
 * call and go wrong where the process has a zone of its own, `matches` hangs on bad patterns, the rest makes texts.
 */
const FUNCTIONS: ReadonlySet<string> = new Set(['size', 'int', 'double', 'like', 'timestamp', 'duration']);
const TIME_METHODS: ReadonlySet<string> = new Set(['getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getHours', 'getMinutes', 'getSeconds']);
const METHODS: ReadonlySet<string> = new Set([...LOOPS, ...TIME_METHODS, 'size', 'count', 'startsWith', 'endsWith', 'contains']);

export const isNode = (value: unknown): value is TypedNode => typeof value === 'object' && value !== null && 'op' in value && 'args' in value;

/** The first thing that is refused; null: nothing. */
export function faultIn(root: TypedNode): Fault | null {
  return walk(root, 0);
}

function walk(node: TypedNode, loops: number): Fault | null {
  const own = faultOfType(node) ?? faultOfNode(node, loops);
  if (own !== null) return own;
  const call = node.op === 'rcall' ? (node.args as [string, TypedNode, TypedNode[]]) : null;
  if (call !== null && LOOPS.has(call[0])) {
    const [name, receiver, [variable, ...bodies]] = call;
    if (loops >= MAX_LOOPS) return fault(node, `${name}() stands inside ${MAX_LOOPS} other loops; ${MAX_LOOPS} inside each other are the most, so take one out`);
    if (variable !== undefined && Object.hasOwn(VARIABLES, String(variable.args))) {
      return fault(variable, `${String(variable.args)} is a variable already; give the loop another one, such as o`);
    }
    return firstOf([receiver], loops) ?? firstOf(bodies, loops + 1);
  }
  return firstOf(nodesIn(node.args), loops);
}

function firstOf(nodes: readonly TypedNode[], loops: number): Fault | null {
  for (const node of nodes) {
    const found = walk(node, loops);
    if (found !== null) return found;
  }
  return null;
}

/** Nodes directly below, in order: arguments are nodes, names, or lists of them. */
export function nodesIn(args: unknown): TypedNode[] {
  if (isNode(args)) return [args];
  return Array.isArray(args) ? args.flatMap(nodesIn) : [];
}

/** A node without a known type is refused: what is not understood is not bounded. */
function faultOfType(node: TypedNode): Fault | null {
  const type = typeName(node);
  if (ELEMENTS.has(type) || type === 'list<T>') return null;
  const element = /^list<(.*)>$/.exec(type)?.[1];
  if (element !== undefined && ELEMENTS.has(element)) return null;
  if (element !== undefined) return fault(node, 'Lists of lists are not taken; look at one list after the other');
  return fault(node, `Values of type ${type} are not taken in rules; use numbers, texts, times, objects and lists of them`);
}

function faultOfNode(node: TypedNode, loops: number): Fault | null {
  switch (node.op) {
    case '+':
      return typeName(node) === 'string' || isList(node) ? fault(node, 'Texts and lists cannot be put together with +; compare them one by one') : null;
    case '==':
    case '!=': {
      const [left, right] = node.args as [TypedNode, TypedNode];
      return isList(left) || isList(right) ? fault(node, 'Lists cannot be compared as a whole; use size, exists or all') : faultOfLabel(left, right) ?? faultOfLabel(right, left);
    }
    case 'in': {
      const [needle, list] = node.args as [TypedNode, TypedNode];
      if (!isList(list) || !SCALARS.has(typeName(needle))) return fault(node, 'The operator in looks for a number or a text in a list; use exists for objects');
      return list.op === 'list' ? firstFault(nodesIn(list.args).map((item) => faultOfLabel(needle, item))) : null;
    }
    case '[]': {
      const [of] = node.args as [TypedNode];
      return isList(of) ? null : fault(node, 'Fields are read with a dot, such as o.label');
    }
    case 'call':
      return faultOfCall(node, loops, ...(node.args as [string, TypedNode[]]));
    case 'rcall':
      return faultOfMethod(node, loops, ...(node.args as [string, TypedNode, TypedNode[]]));
    default:
      return null;
  }
}

function faultOfCall(node: TypedNode, loops: number, name: string, args: readonly TypedNode[]): Fault | null {
  const [first, second] = args;
  if (!FUNCTIONS.has(name)) return fault(node, `There is no ${name}() in rules; there are ${[...FUNCTIONS].join(', ')}`);
  if ((name === 'int' || name === 'double') && first !== undefined && !['int', 'double'].includes(typeName(first))) return fault(node, `${name}() takes numbers only`);
  if (name === 'timestamp' || name === 'duration') {
    if (first?.op !== 'value') return fault(node, `${name}() takes a text in quotes only`);
    // The library reads the text again each time.
    return loops > 0 ? fault(node, `${name}() stands inside a loop, where it is the same each time; take it out`) : null;
  }
  if (name !== 'like') return null;
  const pattern = literalText(second);
  if (pattern === null) return fault(second ?? node, `The pattern of like() must be a text in quotes, of at most ${MAX_PATTERN_CHARACTERS} characters`);
  const wrong = patternFault(pattern);
  return wrong === null ? null : fault(second ?? node, `The pattern of like() cannot be used: ${wrong}; see github.com/google/re2/wiki/Syntax`);
}

function faultOfMethod(node: TypedNode, loops: number, name: string, receiver: TypedNode, args: readonly TypedNode[]): Fault | null {
  if (name === 'matches') return fault(node, 'matches() can take for ever on some patterns; write like(text, pattern)');
  if (!METHODS.has(name)) return fault(node, `There is no ${name}() in rules; there are ${[...METHODS].join(', ')}`);
  if (TIME_METHODS.has(name) && args.length > 0) return fault(node, `${name}() tells UTC and takes no zone; use hour, minute and weekday for the clock at the device`);
  if (name !== 'count') return null;
  if (loops >= MAX_LOOPS) return fault(node, `count() stands inside ${MAX_LOOPS} loops, and it is one itself; take it out of one`);
  const text = literalText(args[0]);
  return text === null ? fault(args[0] ?? node, 'count() takes a class or group in quotes, such as objects.count("person")') : faultOfName(args[0] ?? receiver, text);
}

/** A name that no label is ever written like makes a rule that is silent for ever. */
function faultOfLabel(field: TypedNode, value: TypedNode): Fault | null {
  const text = literalText(value);
  return text === null || !isFieldOf(field, ['label', 'group']) ? null : faultOfName(value, text);
}

function faultOfName(node: TypedNode, text: string): Fault | null {
  const canonical = canonicalClass(text);
  return canonical === text ? null : fault(node, `${JSON.stringify(text.slice(0, 40))} is never the name of a class here; write ${JSON.stringify(canonical.slice(0, 40))}`);
}

/** `o.label` and the like, of an object of the frame or of one that has left. */
export function isFieldOf(node: TypedNode, fields: readonly string[]): boolean {
  if (node.op !== '.') return false;
  const [of, field] = node.args as [TypedNode, string];
  return fields.includes(field) && ['Seen', 'Left'].includes(typeName(of));
}

export const literalText = (node: TypedNode | undefined): string | null => (node?.op === 'value' && typeof node.args === 'string' ? node.args : null);

const typeName = (node: TypedNode): string => node.checkedType?.name ?? 'unknown';
const isList = (node: TypedNode): boolean => typeName(node).startsWith('list<');
const firstFault = (faults: readonly (Fault | null)[]): Fault | null => faults.find((found) => found !== null) ?? null;
const fault = (node: TypedNode, message: string): Fault => ({ message: `${message}.`, offset: node.start });
