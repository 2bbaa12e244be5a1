/** When conditions may and when they must hold, by the week's clock on the wall, as far as that follows from what lies below them and from windows alone. */
import type { AllOf, AnyOf, Condition, During, NoneOf } from '../model.ts';
import { ALWAYS, NEVER, openMinutes, outsideOf } from './week.ts';
import type { WeekMinutes } from './week.ts';

export interface Hours {
  readonly may: WeekMinutes;
  readonly must: WeekMinutes;
}

/** `of`: the hours of a condition below. */
export function hoursOf(node: AnyOf | AllOf | NoneOf | During, of: (child: Condition) => Hours): Hours {
  if (node.kind === 'during') {
    const open = openMinutes(node.windows);
    return { may: open, must: open };
  }
  const children = node.children.map(of);
  if (node.kind === 'all-of') return { may: common(children.map(({ may }) => may)), must: common(children.map(({ must }) => must)) };
  const any = { may: union(children.map(({ may }) => may)), must: union(children.map(({ must }) => must)) };
  return node.kind === 'any-of' ? any : { may: outsideOf(any.must), must: outsideOf(any.may) };
}

const union = (parts: readonly WeekMinutes[]): WeekMinutes => parts.reduce((all, part) => all | part, NEVER);
const common = (parts: readonly WeekMinutes[]): WeekMinutes => parts.reduce((all, part) => all & part, ALWAYS);
