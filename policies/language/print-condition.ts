/** A condition as the plain value of its YAML: with the short forms, and what all objects inside have in common said once. */
import type { Condition, Objects, Selector } from '../model.ts';
import { percentText } from '../probability.ts';
import type { Modifiers } from './modifiers.ts';
import { durationText } from './read-duration.ts';
import { framesText } from './read-frames.ts';
import { sizeText } from './read-size.ts';
import type { Threshold } from './read-threshold.ts';
import { windowsValue } from './window-text.ts';

export type PlainValue = string | number | boolean | readonly PlainValue[] | { readonly [key: string]: PlainValue };
type Keys = Readonly<Record<string, PlainValue>>;

/** `above`: what the conditions around it say already. A text where a text says all of it. */
export function printCondition(condition: Condition, above: Modifiers): PlainValue {
  switch (condition.kind) {
    case 'objects': return printObjects(condition, above);
    case 'any-of': return printGroup('any', condition.children, above);
    case 'all-of': return printGroup('all', condition.children, above);
    case 'none-of': return printGroup('none', condition.children, above);
    case 'frames': return { seen: framesText(condition), where: printCondition(condition.child, above) };
    case 'during': return { during: windowsValue(condition.windows) };
    case 'when': return { when: condition.expression };
  }
}

function printGroup(head: string, children: readonly Condition[], above: Modifiers): PlainValue {
  const shared = inCommon(children.flatMap(objectsIn), above);
  return { [head]: children.map((child) => printCondition(child, shared)), ...modifierKeys(shared, above) };
}

function printObjects(node: Objects, above: Modifiers): PlainValue {
  const probability = inOneWord(node.select) ?? above.probability;
  const select = node.select.map((selector) => selectorText(selector, probability));
  const keys = { ...modifierKeys({ ...node, probability }, above), ...countKeys(node) };
  const [only] = select;
  const written = select.length === 1 && only !== undefined ? only : select;
  return Object.keys(keys).length === 0 && typeof written === 'string' ? written : { objects: written, ...keys };
}

function objectsIn(condition: Condition): readonly Objects[] {
  if (condition.kind === 'objects') return [condition];
  if (condition.kind === 'frames') return objectsIn(condition.child);
  return 'children' in condition ? condition.children.flatMap(objectsIn) : [];
}

/** What may be said once for all of them; the rest stays as it is above, so that each says it for itself. */
function inCommon(inside: readonly Objects[], above: Modifiers): Modifiers {
  const [first] = inside;
  if (first === undefined) return above;
  const agree = (key: keyof Objects): boolean => inside.every((node) => same(node[key], first[key]));
  const agreed = MODIFIER_FIELDS.filter((fields) => fields.every(agree)).flat();
  return {
    ...above,
    ...Object.fromEntries(agreed.map((field) => [field, first[field]])),
    probability: inOneWord(inside.flatMap(({ select }) => select)) ?? above.probability,
  };
}

/** Those of one key together: a size that says one bound says that there is no other. */
const MODIFIER_FIELDS = [['except'], ['zones'], ['outside'], ['minSize', 'maxSize'], ['dwellMs'], ['motion']] as const;

/** The threshold that several selectors share. One alone says it beside its name. */
function inOneWord(selectors: readonly Selector[]): Threshold | undefined {
  const [first] = selectors;
  if (first === undefined || selectors.length === 1) return undefined;
  const shared = selectors.every(({ comparison, threshold }) => comparison === first.comparison && threshold === first.threshold);
  return shared ? { comparison: first.comparison, probability: first.threshold } : undefined;
}

const selectorText = ({ name, comparison, threshold }: Selector, usual: Threshold): string =>
  (comparison === usual.comparison && threshold === usual.probability ? name : `${name} ${comparison} ${percentText(threshold)}`);

/** Only what differs from what is said above. */
function modifierKeys(own: Modifiers, above: Modifiers): Keys {
  const differs = (...fields: (keyof Modifiers)[]): boolean => !fields.every((field) => same(own[field], above[field]));
  const { comparison, probability } = own.probability;
  return {
    ...(differs('probability') ? { probability: comparison === '>=' ? percentText(probability) : `${comparison} ${percentText(probability)}` } : {}),
    ...(differs('except') ? { except: oneOrList(own.except) } : {}),
    ...(differs('zones') ? { zone: oneOrList(own.zones) } : {}),
    ...(differs('outside') ? { outside: oneOrList(own.outside) } : {}),
    ...(differs('minSize', 'maxSize') ? { size: sizeText(own) } : {}),
    ...(differs('dwellMs') ? { dwell: durationText(own.dwellMs) } : {}),
    ...(differs('motion') ? { [own.motion]: true } : {}),
  };
}

/** `at most` alone says that none are enough, and nothing at all that one is. */
function countKeys({ atLeast, atMost }: Objects): Keys {
  const usual = atMost === null ? 1 : 0;
  return { ...(atLeast === usual ? {} : { 'at least': atLeast }), ...(atMost === null ? {} : { 'at most': atMost }) };
}

const oneOrList = (names: readonly string[]): PlainValue => (names.length === 1 ? names[0] ?? '' : names);

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
