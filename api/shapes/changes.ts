/** Who changed what, when, and what it was before. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { CHANGE_SUBJECTS } from '../../adapters/postgres/changes.ts';
import { Count, Instant, Next, list, oneOf } from './primitives.ts';

export const ChangeSubjectShape = oneOf(CHANGE_SUBJECTS, 'What changed; `members` are those of a group, `assignments` those of one user or group, `zones` those of one device.');

export const ChangeShape = Type.Object({
  changeId: Count('Higher than that of every change before.'),
  at: Instant(),
  changedBy: Type.String({ description: 'Id of the key.' }),
  subject: ChangeSubjectShape,
  subjectId: Type.String({ description: 'Id of the rule, policy, group, device or chain; of assignments `user/<id>` or `group/<id>`.' }),
  before: Type.Unknown({ description: 'What it was; null: there was nothing. Of members and assignments only those that came, went or changed.' }),
  after: Type.Unknown({ description: 'What it became; null: nothing is left. Of members and assignments only those that came or changed.' }),
});
export const ChangePage = Type.Object({ changes: list(ChangeShape, { description: 'Newest first.' }), next: Next });

export type Change = Static<typeof ChangeShape>;
export type ChangePage = Static<typeof ChangePage>;
