/** What was seen and where in the picture, in a few words. Pure. */
import type { Severity } from '../contracts/severity.ts';
import { NAME_LIMIT, oneLine } from './one-line.ts';

/** More kinds of things than this in one sentence and nobody reads it. */
const KINDS_NAMED = 3;
const ZONES_NAMED = 2;
/** With the time, the camera and whatever a channel says before it, a sentence stays below 200 characters, the subject of a mail. */
const WORDS_LIMIT = 80;

/** Said before everything else; what is less severe goes without a word, or nobody would read the word. */
const SEVERITY_WORDS: Readonly<Partial<Record<Severity, string>>> = { high: 'High severity: ', critical: 'Critical: ' };
export const severityWords = (severity: Severity): string => SEVERITY_WORDS[severity] ?? '';

export interface Seen {
  readonly labels: readonly string[];
  /** Zones; empty: anywhere. */
  readonly seenIn: readonly string[];
  readonly ruleId: string;
  readonly ruleName: string | null;
}

/** `Person`, `Person and dog in Yard`, `Person, dog, cat and 2 more in Yard or Gate`; the rule when it matched on nothing that can be named. */
export function seenWords({ labels, seenIn, ruleId, ruleName }: Seen): string {
  const kinds = distinct(labels);
  if (kinds.length === 0) return ruleName === null ? `Rule ${ruleId} matched` : oneLine(ruleName, WORDS_LIMIT);
  const where = seenIn.length === 0 ? '' : ` in ${joined(distinct(seenIn), ZONES_NAMED, 'or')}`;
  const words = oneLine(`${joined(kinds, KINDS_NAMED, 'and')}${where}`, WORDS_LIMIT);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const distinct = (names: readonly string[]): string[] => [...new Set(names.map((name) => oneLine(name, NAME_LIMIT)))];

/** `a`, `a and b`, `a, b and 2 more`. */
function joined(names: readonly string[], limit: number, last: 'and' | 'or'): string {
  const named = names.length > limit ? [...names.slice(0, limit), `${names.length - limit} more`] : names;
  return named.length === 1 ? named.join() : `${named.slice(0, -1).join(', ')} ${last} ${named.at(-1)}`;
}
