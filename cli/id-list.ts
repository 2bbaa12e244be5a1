/** Ids as an option takes them: `anna,ben`, or `@file` with one on a line. */
import { readFileSync } from 'node:fs';
import { usageError } from './command-error.ts';

/** Read at once, because options are read before any command begins. */
export function idList(text: string): string[] {
  const ids = (text.startsWith('@') ? linesOf(text.slice(1)) : text.split(',')).map((id) => id.trim()).filter((id) => id !== '');
  if (ids.length === 0) throw usageError(`${text} names no id`, 'Write ids with commas between, or @file with one on a line.');
  return ids;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, 'Name a file that this user may read, with one id on a line.');
  }
}
