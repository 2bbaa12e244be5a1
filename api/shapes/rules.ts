/** Rules and what is wrong with them. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { MAX_USERS_NAMED } from '../../adapters/postgres/assignees.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { RuleProblemShape } from './problem.ts';
import { Count, Instant, Next, list, nullable, oneOf, strict } from './primitives.ts';

/** Bounded by the parser, which says so with a place; this bound only keeps a flood away from it. */
export const RuleBody = Type.Object({ text: Type.String({ maxLength: 100_000, examples: ['RuleID: 100 | Unsafe Class: Dog, Cat | ALL with probability>80%'] }) }, strict);

/** For the description of the API only: the parser of the body makes a text of it. */
export const RuleAsJson = Type.Object({}, { additionalProperties: true, description: 'The rule itself; `/v1/rules/schema.json` says what it may hold.', examples: [{ rule: 100, unsafe: 'dog > 80%' }] });

export const SavedRule = Type.Object({
  ruleId: Type.String(),
  version: Type.Integer({ description: 'Moves only when the text changes.', minimum: 1 }),
  warnings: list(RuleProblemShape),
});

/** Who has a rule or policy. */
export const assignees = {
  users: Count('How many users it is assigned to by itself.'),
  userIds: list(Type.String(), { description: `The first ${MAX_USERS_NAMED} of them.` }),
  groupIds: list(Type.String(), { description: 'Groups it is assigned to.' }),
};

const said = {
  version: Type.Integer(),
  text: Type.String({ description: 'As it was put.' }),
  name: nullable(Type.String({ description: 'As the text calls it.' })),
  severity: nullable(oneOf(SEVERITIES, 'As the text says it.')),
};

export const RuleShape = Type.Object({
  ruleId: Type.String(),
  ...said,
  warnings: list(RuleProblemShape, { description: 'Against the devices that it judges and the models that look at their frames, as they are now.' }),
  ...assignees,
  policyIds: list(Type.String(), { description: 'Policies that hold it.' }),
  createdAt: Instant(),
  updatedAt: Instant(),
});
export const RulePage = Type.Object({ rules: list(RuleShape), next: Next });

export const RuleVersionShape = Type.Object({ ...said, createdAt: Instant(), createdBy: Type.String({ description: 'Id of the key that put it.' }) });
export const RuleVersionPage = Type.Object({ ruleId: Type.String(), versions: list(RuleVersionShape, { description: 'Newest first.' }), next: Next });

export const RuleCheck = Type.Object({
  ok: Type.Boolean({ description: 'True: it would be saved.' }),
  problems: list(RuleProblemShape),
  text: Type.Optional(Type.String({ description: 'The rule as we read it, in its canonical line, if it says no more than a line can.' })),
  yaml: Type.Optional(Type.String({ description: 'The rule as we read it, in its canonical YAML.' })),
});

export type Rule = Static<typeof RuleShape>;
export type SavedRule = Static<typeof SavedRule>;
export type RuleVersions = Static<typeof RuleVersionPage>;
export type RuleCheck = Static<typeof RuleCheck>;
