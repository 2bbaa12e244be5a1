/** CEL expressions of `when` conditions: those that cannot be read, those that are always the same, and names in them that nobody knows. */
import { canonicalClass } from '../class-names.ts';
import type { CompiledExpression } from '../conditions/when-expression.ts';
import { VARIABLES } from '../conditions/when-scope.ts';
import type { WhenScope } from '../conditions/when-scope.ts';
import { warnOfUnknownClasses } from './check-classes.ts';
import type { CheckSubject } from './check-subject.ts';

export function checkExpressions(subject: CheckSubject): void {
  for (const node of subject.conditionsOf('when')) {
    const read = subject.expressionOf(node);
    const from = subject.placeOfText(node, node.expression);
    if ('problem' in read) {
      subject.problems.add('expression_malformed', from.at + (from.isLiteral ? read.problem.offset : 0), read.problem.message);
      continue;
    }
    const { expression } = read;
    const mentions = expression.mentions.filter(({ of }) => of !== 'zone').map(({ text, offset }) =>
      ({ written: text, label: canonicalClass(text), offset: from.at + (from.isLiteral ? offset : 0) }));
    warnOfUnknownClasses(mentions, subject.reach, subject.problems);
    const constant = constantOf(expression);
    if (constant !== null) {
      const mend = constant === true ? 'it changes nothing; take it out' : 'nothing that needs it can match; take it out';
      subject.problems.add('expression_constant', from.at, `This expression is ${typeof constant === 'string' ? `never true (${constant})` : `always ${constant}`}, so ${mend}, or ask for something of the frame.`);
    }
  }
}

/** Its truth on every frame, or why it never has one; null: it depends on the frame. */
function constantOf({ text, judge }: CompiledExpression): boolean | string | null {
  const code = text.replace(STRINGS, '""');
  const named = Object.keys(VARIABLES).filter((name) => new RegExp(`\\b${name}\\b`).test(code));
  if (!named.every((name) => CLOCK.has(name))) return null;
  const found = new Set(moments(named).map((clock) => judge({ objects: [], departed: [], captured_at: new Date(0), ...clock })));
  const [first] = found;
  return found.size === 1 && first !== undefined ? first : null;
}

const STRINGS = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g;

/** Few enough values that all of them can be tried: `hour > 23` is never true. */
const CLOCK: ReadonlySet<string> = new Set(['hour', 'minute', 'weekday']);

function moments(named: readonly string[]): Pick<WhenScope, 'hour' | 'minute' | 'weekday'>[] {
  const upTo = (name: string, count: number): bigint[] => Array.from({ length: named.includes(name) ? count : 1 }, (_, index) => BigInt(index));
  return upTo('weekday', 7).flatMap((day) => upTo('hour', 24).flatMap((hour) => upTo('minute', 60).map((minute) => ({ hour, minute, weekday: day + 1n }))));
}
