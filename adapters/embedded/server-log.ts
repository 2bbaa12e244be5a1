/** The log file of an embedded server, read back to explain why a start failed. */
import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';

// Servers log warnings only, so this is months; one older file is kept.
const ROTATE_AT_BYTES = 10 * 1024 * 1024;
// A start that fails says why in its last lines.
const EXCERPT_BYTES = 2_000;

/** Call before a start: a file that has grown too large steps aside. Returns the offset where this start's lines will begin. */
export function rotateLog(path: string): number {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes < ROTATE_AT_BYTES) return bytes;
  renameSync(path, `${path}.1`);
  return 0;
}

/** The last lines written since the offset. */
export function logSince(path: string, offset: number): string {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const from = Math.max(offset, bytes - EXCERPT_BYTES);
  if (bytes <= from) return '';
  const excerpt = Buffer.alloc(bytes - from);
  const file = openSync(path, 'r');
  try {
    readSync(file, excerpt, 0, excerpt.length, from);
  } finally {
    closeSync(file);
  }
  return excerpt.toString('utf8').trim();
}
