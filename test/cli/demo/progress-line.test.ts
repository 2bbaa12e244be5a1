import { describe, expect, it } from 'vitest';
import { createProgressLine } from '../../../cli/demo/progress-line.ts';
import { styleFor } from '../../../cli/demo/style.ts';

function stream(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

/** What a person sees on a terminal that knows carriage return and "clear to the end of the line". */
function screen(written: readonly string[]): string[] {
  const lines = [''];
  for (const text of written.join('').split(/(\r\u001b\[K|\n)/)) {
    if (text === '\n') lines.push('');
    else if (text === '\r\u001b[K') lines[lines.length - 1] = '';
    else lines[lines.length - 1] += text;
  }
  return lines;
}

describe('on a terminal', () => {
  it('one line is written again and again, and lines that stay go above it', () => {
    const out = stream(true);
    const progress = createProgressLine(out);
    progress.update('1 of 3');
    progress.print('ALERT');
    progress.update('2 of 3');
    expect(screen(out.written)).toEqual(['ALERT', '2 of 3']);
    progress.end();
    progress.print('done');
    expect(screen(out.written)).toEqual(['ALERT', 'done', '']);
  });

  it('the line is cut before it wraps, because a wrapped line cannot be cleared', () => {
    const out = stream(true, 10);
    createProgressLine(out).update('0123456789abcdef');
    expect(screen(out.written)).toEqual(['012345678']);
  });

  it('nothing is written when nothing has changed', () => {
    const out = stream(true);
    const progress = createProgressLine(out);
    progress.update('same');
    progress.update('same');
    expect(out.written).toEqual(['same']);
  });
});

it('elsewhere a line is written now and then, and lines that stay at once', () => {
  let nowMs = 0;
  const out = stream(false);
  const progress = createProgressLine(out, () => nowMs);
  for (nowMs = 0; nowMs <= 12_000; nowMs += 1_000) progress.update(`at ${nowMs}`);
  progress.print('ALERT');
  progress.end();
  expect(out.written).toEqual(['at 5000\n', 'at 10000\n', 'ALERT\n']);
});

it('emphasis is for terminals that want it', () => {
  const loud = (isTTY: boolean, env: NodeJS.ProcessEnv) => styleFor(stream(isTTY), env).bad('x') !== 'x';
  expect([loud(true, {}), loud(false, {}), loud(true, { NO_COLOR: '1' }), loud(true, { TERM: 'dumb' })]).toEqual([true, false, false, false]);
});
