/** `all-of`: every one of several conditions, all on the same frame. */
import { allOf } from '../model.ts';
import type { AllOf } from '../model.ts';
import { combineChildren, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const allOfKind: ConditionKind<AllOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => allOf(readChildren(children, readChild, refuse)),

  compile({ children }, path, compileChild) {
    const compiled = children.map((child, index) => compileChild(child, `${path}.${index}`));
    return combineChildren(path, `all of ${children.length}`, compiled, (holding, of) => holding === of);
  },
};
