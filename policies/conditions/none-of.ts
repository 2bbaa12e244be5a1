/** `none-of`: not one of several conditions. */
import { noneOf } from '../model.ts';
import type { NoneOf } from '../model.ts';
import { combineChildren, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const noneOfKind: ConditionKind<NoneOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => noneOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    return combineChildren({ path, text: `none of ${children.length}`, children, holdsWithout: true, combine: (holding) => holding === 0 });
  },
};
