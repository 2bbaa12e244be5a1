import { describe, expect, it } from 'vitest';
import { Failure, failureIn, FAILURES, isFailureCode } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';

const rows = Object.entries(FAILURES).map(([code, row]) => ({ code: code as FailureCode, ...row }));

describe('the table of failures', () => {
  it.each(rows)('tells an operator in one sentence what to do about $code', ({ code, operator }) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(operator).toMatch(/^[A-Z`/].+\.$/);
  });

  it('retries what a dependency caused, and never what a frame, a provider or a setting caused', () => {
    const retryableOf = (kind: string) => new Set(rows.filter((row) => row.kind === kind).map((row) => row.retryable));
    expect(retryableOf('dependency')).toEqual(new Set([true]));
    for (const kind of ['refused', 'data', 'delivery', 'setting']) expect(retryableOf(kind)).toEqual(new Set([false]));
  });

  it('asks a caller to send again exactly when it blames the server or its load, our own defects apart', () => {
    for (const { code, kind, httpStatus, retryable } of rows.filter((row) => row.kind === 'request' && row.code !== 'internal')) {
      expect({ code, kind, retryable }).toEqual({ code, kind, retryable: httpStatus === 429 || httpStatus === 503 });
    }
  });

  it('knows its own codes and nothing that every object has', () => {
    expect(isFailureCode('id_unsafe')).toBe(true);
    expect(isFailureCode('constructor')).toBe(false);
    expect(isFailureCode('')).toBe(false);
  });
});

describe('a failure on its way', () => {
  it('is found under what wrapped it', () => {
    const failure = new Failure('image_corrupt', 'no end of image');
    expect(failureIn(new Error('outer', { cause: new Error('inner', { cause: failure }) }))).toBe(failure);
    expect(failure.message).toBe('image_corrupt: no end of image');
  });

  it('is not found where there is none, nor looked for without end', () => {
    const circle = new Error('circle');
    circle.cause = circle;
    expect(failureIn(circle)).toBeUndefined();
    expect(failureIn('text')).toBeUndefined();
    expect(failureIn(undefined)).toBeUndefined();
  });
});
