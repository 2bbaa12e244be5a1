/** How every refusal looks: RFC 9457 with our code. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { FAILURES } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { list, oneOf } from './primitives.ts';

export const RuleProblemShape = Type.Object({
  severity: oneOf(['error', 'warning'], '`error` refuses the save, `warning` does not.'),
  code: Type.String({ description: 'Stable name, such as `class_unknown`.' }),
  message: Type.String({ description: 'What is wrong and how to mend it.' }),
  line: Type.Integer({ description: 'From 1.' }),
  column: Type.Integer({ description: 'From 1, in characters.' }),
});

export const Problem = Type.Object({
  type: Type.String({ description: '`urn:watchpost:problem:<code>`' }),
  title: Type.String(),
  status: Type.Integer(),
  code: oneOf(Object.keys(FAILURES) as FailureCode[], 'Decides what a program should do; docs/failures.md lists them.'),
  detail: Type.Optional(Type.String({ description: 'What is wrong with this request, for people.' })),
  operator: Type.String({ description: 'What an operator should do.' }),
  requestId: Type.String({ description: 'Stands in our log.' }),
  problems: Type.Optional(list(RuleProblemShape)),
});

export type Problem = Static<typeof Problem>;
