/** docs/failures.md, made from the table of failures. */
import { FAILURES } from '../contracts/failures.ts';
import type { FailureCode, FailureKind } from '../contracts/failures.ts';
import { retryAfterSeconds } from './problems.ts';

const KINDS: Readonly<Record<FailureKind, string>> = {
  request: 'Answers to a request. Nothing was queued.',
  refused: 'The frame itself is no good: it ends in `rejected` with this reason.',
  data: 'This frame breaks a stage: it ends in `failed` with stage and code, its bytes are kept, and it can be replayed.',
  dependency: 'Something we lean on is away. Tried again without limit, and it costs no frame an attempt. A request is answered 503.',
  delivery: 'A provider said no for good. Stands on the message, never on the frame.',
  setting: 'We refuse to start.',
};

export function failuresPage(): string {
  const codes = Object.keys(FAILURES) as FailureCode[];
  const sections = (Object.keys(KINDS) as FailureKind[]).flatMap((kind) => [
    '',
    `## ${kind}`,
    '',
    KINDS[kind],
    '',
    ...tableOf(kind, codes.filter((code) => FAILURES[code].kind === kind)),
  ]);
  return `${[
    '# Failures',
    '',
    'Every failure of the domain has a code. Over HTTP it comes as `application/problem+json` with `code`, `title`, `status`, `detail` and `requestId`.',
    'This page is made from `contracts/failures.ts` and tested to equal it.',
    ...sections,
  ].join('\n')}\n`;
}

function tableOf(kind: FailureKind, codes: readonly FailureCode[]): string[] {
  if (kind !== 'request' && kind !== 'dependency') {
    return ['| code | what to do |', '| --- | --- |', ...codes.map((code) => `| \`${code}\` | ${FAILURES[code].operator} |`)];
  }
  return [
    '| code | status | send again | what to do |',
    '| --- | --- | --- | --- |',
    ...codes.map((code) => {
      const seconds = retryAfterSeconds(code);
      return `| \`${code}\` | ${FAILURES[code].httpStatus} | ${seconds === undefined ? 'no' : `after ${seconds} s`} | ${FAILURES[code].operator} |`;
    }),
  ];
}
