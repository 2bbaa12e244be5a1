/** `all-of`: every one of several conditions, all on the same frame. */
import { allOf } from '../model.ts';
import type { AllOf } from '../model.ts';
import { combineChildren, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const allOfKind: ConditionKind<AllOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => allOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    const holdsWithout = children.every(({ asks }) => asks.holdsWithout);
    return combineChildren({ path, text: `all of ${children.length}`, children, holdsWithout, combine: (holding, of) => holding === of });
  },
};
