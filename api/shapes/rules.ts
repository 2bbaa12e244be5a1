/** Rules and what is wrong with them. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { RuleProblemShape } from './problem.ts';
import { Instant, Next, list, strict } from './primitives.ts';

/** Bounded by the parser, which says so with a place; this bound only keeps a flood away from it. */
export const RuleBody = Type.Object({ text: Type.String({ maxLength: 100_000, examples: ['RuleID: 100 | Unsafe Class: Dog, Cat | ALL with probability>80%'] }) }, strict);

export const SavedRule = Type.Object({
  ruleId: Type.String(),
  version: Type.Integer({ description: 'Moves only when the text changes.', minimum: 1 }),
  warnings: list(RuleProblemShape),
});

export const RuleShape = Type.Object({
  ruleId: Type.String(),
  version: Type.Integer(),
  text: Type.String({ description: 'As it was put.' }),
  warnings: list(RuleProblemShape, { description: 'Against the detectors that are at work now.' }),
  userIds: list(Type.String(), { description: 'Users whose frames it judges.' }),
  createdAt: Instant(),
  updatedAt: Instant(),
});
export const RulePage = Type.Object({ rules: list(RuleShape), next: Next });

export const RuleCheck = Type.Object({
  ok: Type.Boolean({ description: 'True: it would be saved.' }),
  problems: list(RuleProblemShape),
  text: Type.Optional(Type.String({ description: 'The rule as we read it, in its canonical form.' })),
});

export type Rule = Static<typeof RuleShape>;
export type SavedRule = Static<typeof SavedRule>;
export type RuleCheck = Static<typeof RuleCheck>;
