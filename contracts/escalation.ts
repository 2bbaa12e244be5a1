/** Escalation: who is told next while nobody answers. A chain is a list of levels, reusable by many users and policies. */
import type { Channel } from './delivery.ts';
import { SEVERITIES } from './severity.ts';
import type { Severity } from './severity.ts';

export interface Level {
  /** Contacts on these channels are told. With `contacts` too, only those of them. */
  readonly channels: readonly Channel[];
  /** Ids, in order of telling; null: all contacts of the user, in their own order. They may be those of somebody else, such as a guard service. */
  readonly contacts: readonly string[] | null;
  /** The level is there only for these. So a severity may skip levels. */
  readonly severities: readonly Severity[];
  /** From telling this level to its repeat, or to the next level. */
  readonly waitSeconds: number;
  /** How often it is told again before the next level. */
  readonly repeats: number;
}

export interface Chain {
  readonly levels: readonly Level[];
}

export const MAX_LEVELS = 10;
export const MAX_REPEATS = 10;
/** A shorter wait would tell the next one before the first can have picked up the telephone; a longer one is a day off. */
export const MIN_WAIT_SECONDS = 30;
export const MAX_WAIT_SECONDS = 86_400;

/**
 * For users and policies that name no chain: the quiet ways first, then the telephone. Five minutes are enough to look at a
 * mail that was noticed, and short enough to matter when it was not. What is of low severity wakes nobody. Levels on which
 * nobody can be told are passed by without waiting.
 */
export const DEFAULT_CHAIN: Chain = Object.freeze({
  levels: [
    { channels: ['email', 'webhook', 'pagerduty', 'nagios'], contacts: null, severities: SEVERITIES, waitSeconds: 300, repeats: 0 },
    { channels: ['sms'], contacts: null, severities: ['medium', 'high', 'critical'], waitSeconds: 300, repeats: 0 },
    { channels: ['call'], contacts: null, severities: ['high', 'critical'], waitSeconds: 300, repeats: 1 },
  ],
} satisfies Chain);

/** A call rings each contact so often in order: the first ring wakes, the second is answered. */
export const CALLS_PER_CONTACT = 2;
