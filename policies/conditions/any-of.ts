/** `any-of`: at least one of several conditions. */
import { anyOf } from '../model.ts';
import type { AnyOf } from '../model.ts';
import { Combined, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const anyOfKind: ConditionKind<AnyOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => anyOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    return new Combined(path, `at least one of ${children.length}`, children, { least: 1, most: children.length, holdsWithout: children.some(({ asks }) => asks.holdsWithout) });
  },
};
