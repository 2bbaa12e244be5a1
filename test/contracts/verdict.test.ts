import { expect, it } from 'vitest';
import { clauseNumber } from '../../contracts/verdict.ts';

it.each([['0', ''], ['0.0', '1'], ['0.1', '2'], ['0.1.0', '2.1'], ['0.9.11.3', '10.12.4']])('the clause at %s has the number %j', (path, number) => {
  expect(clauseNumber(path)).toBe(number);
});
