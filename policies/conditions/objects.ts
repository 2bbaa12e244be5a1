/** `objects`: how many things of some classes are seen, where, how large, for how long. */
import { takesOneClass } from '../class-groups.ts';
import type { Objects } from '../model.ts';
import { objectsText } from './clause-text.ts';
import type { Asks, ConditionKind } from './condition-kind.ts';
import { CountedObjects } from './counted-objects.ts';
import { PlainClass } from './plain-class.ts';
import { readObjects } from './read-objects.ts';

export const objectsKind: ConditionKind<Objects> = {
  fields: ['select', 'except', 'zones', 'outside', 'minSize', 'maxSize', 'dwellMs', 'motion', 'atLeast', 'atMost'],

  read: (fields, _readChild, refuse) => readObjects(fields, refuse),

  compile(node, { rule, path }) {
    const zones = node.zones.length > 0 ? node.zones : rule.zones ?? [];
    const text = objectsText(node, zones);
    const [first, ...more] = node.select;
    if (first !== undefined && more.length === 0 && isPlain(node, zones)) return new PlainClass(path, text, first, asksOf(node));
    return new CountedObjects(path, text, { ...node, zones }, asksOf(node));
  },
};

function asksOf({ select, dwellMs, motion, atLeast }: Objects): Asks {
  const scene = dwellMs > 0 || motion !== 'any';
  return { names: [...new Set(select.map(({ name }) => name))], holdsWithout: atLeast === 0, everyFrame: false, scene, remembers: scene, hitKeys: [] };
}

/** One class above a threshold and nothing else, as most rules have it. */
const isPlain = ({ select, except, outside, minSize, maxSize, dwellMs, motion, atLeast, atMost }: Objects, zones: readonly string[]): boolean =>
  except.length + zones.length + outside.length + dwellMs === 0 && minSize === null && maxSize === null && motion === 'any' && atLeast === 1 && atMost === null &&
  select.every(({ name }) => takesOneClass(name));
