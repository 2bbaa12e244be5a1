/** Live progress: one line that is written again and again on a terminal, a line now and then elsewhere. */
import type { OutputStream } from '../context.ts';

export interface ProgressLine {
  /** Replaces what the line says. */
  update(text: string): void;
  /** A line that stays, above the progress. */
  print(line: string): void;
  /** Clears the line; the next output begins on a clean one. */
  end(): void;
}

/** Elsewhere than on a terminal, where old lines stay: seldom enough for a log. */
const SPARSE_MS = 5_000;
const CLEAR_LINE = '\r\u001b[K';

export function createProgressLine(stream: OutputStream, now: () => number = Date.now): ProgressLine {
  return stream.isTTY ? liveLine(stream) : sparseLines(stream, now);
}

function liveLine(stream: OutputStream): ProgressLine {
  let shown = '';
  const clear = (): void => { if (shown !== '') stream.write(CLEAR_LINE); };
  return {
    update(text) {
      // A line that wraps cannot be cleared by one return.
      const next = [...text].slice(0, Math.max(1, (stream.columns ?? 80) - 1)).join('');
      if (next === shown) return;
      clear();
      shown = next;
      stream.write(shown);
    },
    print(line) {
      clear();
      stream.write(`${line}\n${shown}`);
    },
    end() {
      clear();
      shown = '';
    },
  };
}

function sparseLines(stream: OutputStream, now: () => number): ProgressLine {
  let wroteAtMs = now();
  return {
    update(text) {
      if (now() - wroteAtMs < SPARSE_MS) return;
      wroteAtMs = now();
      stream.write(`${text}\n`);
    },
    print: (line) => void stream.write(`${line}\n`),
    end() {},
  };
}
