/** A moment as an option of a command gives it. */
import { InvalidArgumentError } from 'commander';
import { parseInstant } from '../contracts/time.ts';
import type { Instant } from '../contracts/time.ts';

export function readInstant(text: string): Instant {
  try {
    return parseInstant(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}
