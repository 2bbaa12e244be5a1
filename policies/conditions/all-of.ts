/** `all-of`: every one of several conditions, all on the same frame. */
import { allOf } from '../model.ts';
import type { AllOf } from '../model.ts';
import { Combined, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const allOfKind: ConditionKind<AllOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => allOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    return new Combined(path, `all of ${children.length}`, children, { least: children.length, most: children.length, holdsWithout: children.every(({ asks }) => asks.holdsWithout) });
  },
};
