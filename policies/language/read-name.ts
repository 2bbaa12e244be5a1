/** Names of classes and zones, as rules write them. */
import { canonicalClass } from '../class-names.ts';
import { MAX_NAME_CHARACTERS } from './limits.ts';
import type { ClassMention } from './parsed-rule.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { startOf } from './span.ts';
import type { Span } from './span.ts';

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} \t_.'’/()&+-]*$/u;

/** What a class or a zone can be called. */
export const isName = (text: string): boolean => text.length <= 2 * MAX_NAME_CHARACTERS && [...text].length <= MAX_NAME_CHARACTERS && NAME.test(text);

/** Undefined when it cannot be one, which then stands in `problems`; `mend` says how several are written here. */
export function readClassName(part: Span, mend: string, problems: ProblemList): ClassMention | undefined {
  const written = part.text.trim();
  const label = canonicalClass(written);
  // Lower case may be longer than what was written, and whoever prints the rule writes the label.
  if (isName(written) && isName(label)) return { written, label, offset: startOf(part) };
  problems.add('class_name_malformed', startOf(part), `${quoted(written)} cannot be a class; write names without quotes, up to ${MAX_NAME_CHARACTERS} characters each, ${mend}.`);
  return undefined;
}

export function readZoneName(part: Span, problems: ProblemList): string | undefined {
  const written = part.text.trim();
  if (isName(written)) return written;
  const mend = written.includes(',') ? 'several zones are a list, such as [yard, drive]' : `use up to ${MAX_NAME_CHARACTERS} letters, digits, spaces and . _ - ' ( ) & + /, a letter or digit first`;
  problems.add('zone_name_malformed', startOf(part), `${quoted(written)} cannot be the name of a zone; ${mend}.`);
  return undefined;
}
