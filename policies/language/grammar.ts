/** The words of the YAML form, and which may stand beside which. `rule-schema.ts` says the same to editors. */

export const RULE_KEYS = ['rule', 'name', 'severity', 'unsafe', 'during', 'seen', 'when'] as const;

/** A condition has exactly one of these. */
export const HEADS = ['objects', 'any', 'all', 'none', 'seen', 'during', 'when'] as const;
export type Head = (typeof HEADS)[number];

/** Of objects; beside any, all and none for all objects inside. */
export const MODIFIERS = ['probability', 'except', 'zone', 'outside', 'size', 'dwell', 'arrival', 'departure'] as const;

const COUNTS = ['at least', 'at most'] as const;

export const BESIDE: Readonly<Record<Head, readonly string[]>> = {
  objects: [...MODIFIERS, ...COUNTS],
  any: MODIFIERS,
  all: MODIFIERS,
  none: MODIFIERS,
  seen: ['where'],
  during: [],
  when: [],
};

const isOf = (words: readonly string[], word: string): boolean => words.includes(word);

export const isRuleKey = (word: string): boolean => isOf(RULE_KEYS, word);

export const isHead = (word: string): word is Head => isOf(HEADS, word);

/** Where a word that is out of place belongs; undefined: nowhere. */
export function homeOf(word: string): string | undefined {
  if (isOf(MODIFIERS, word)) return 'beside objects, any, all or none';
  if (isOf(COUNTS, word)) return 'beside objects';
  if (word === 'where') return 'beside seen, in a condition';
  if (isHead(word)) return 'at the head of a condition';
  return isRuleKey(word) ? 'beside unsafe, at the level of the rule' : undefined;
}
