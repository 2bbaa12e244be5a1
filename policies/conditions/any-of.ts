/** `any-of`: at least one of several conditions. */
import { anyOf } from '../model.ts';
import type { AnyOf } from '../model.ts';
import { combineChildren, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const anyOfKind: ConditionKind<AnyOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => anyOf(readChildren(children, readChild, refuse)),

  compile({ children }, path, compileChild) {
    const compiled = children.map((child, index) => compileChild(child, `${path}.${index}`));
    return combineChildren(path, `at least one of ${children.length}`, compiled, (holding) => holding > 0);
  },
};
