/** `any-of`: at least one of several conditions. */
import { anyOf } from '../model.ts';
import type { AnyOf } from '../model.ts';
import { combineChildren, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const anyOfKind: ConditionKind<AnyOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => anyOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    const holdsWithout = children.some(({ asks }) => asks.holdsWithout);
    return combineChildren({ path, text: `at least one of ${children.length}`, children, holdsWithout, combine: (holding) => holding > 0 });
  },
};
