/** `none-of`: not one of several conditions. */
import { noneOf } from '../model.ts';
import type { NoneOf } from '../model.ts';
import { Combined, readChildren } from './children.ts';
import type { ConditionKind } from './condition-kind.ts';

export const noneOfKind: ConditionKind<NoneOf> = {
  fields: ['children'],

  read: ({ children }, readChild, refuse) => noneOf(readChildren(children, readChild, refuse)),

  compile({ children: nodes }, { path }, compileChild) {
    const children = nodes.map(compileChild);
    return new Combined(path, `none of ${children.length}`, children, { least: 0, most: 0, holdsWithout: true });
  },
};
