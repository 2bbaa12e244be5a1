/** Groups of users, policies, and what is assigned to whom. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { SEVERITIES } from '../../contracts/severity.ts';
import { MAX_ZONES } from '../../contracts/zone.ts';
import { Count, Id, Instant, Next, Text, list, nullable, oneOf, strict } from './primitives.ts';
import { QuietHoursBody, QuietHoursShape } from './quiet-hours.ts';
import { assignees } from './rules.ts';

/** One call for all customers of a large installation; more would hold up everybody who waits for the turn. */
const MAX_AT_ONCE = 10_000;

export const GroupBody = Type.Object({ name: Text('As people write it.') }, strict);
export const GroupShape = Type.Object({
  groupId: Type.String(), name: Type.String(), members: Count('How many users are in it.'), createdAt: Instant('When it was first put.'), updatedAt: Instant('When it was last put.'),
});
export const GroupPage = Type.Object({ groups: list(GroupShape), next: Next });
export const MembersBody = Type.Object({ userIds: list(Id('A user.'), { maxItems: MAX_AT_ONCE, description: 'All who shall be in the group.' }) }, strict);
export const MembersPut = Type.Object({ groupId: Type.String(), members: Count('How many there are now.'), added: Count(), removed: Count() });
export const MemberPage = Type.Object({ groupId: Type.String(), userIds: list(Type.String(), { description: 'In order of id.' }), next: Next });

const zoneNames = list(Id('Name of a zone.'), { minItems: 1, maxItems: MAX_ZONES });
const terms = {
  severity: Type.Optional(oneOf(SEVERITIES, 'Of its matches; left out: none said here.')),
  zones: Type.Optional(Type.Unsafe<Static<typeof zoneNames>>({ ...zoneNames, description: 'Objects must be in one of these, where the rule itself names no zone; left out: none said here.' })),
};
const severity = nullable(oneOf(SEVERITIES));
const zones = nullable(list(Type.String()));

export const PolicyBody = Type.Object({
  name: Text('As people write it.'),
  rules: list(Type.Object({ ruleId: Id('A rule, always in its current version.'), ...terms }, strict), { maxItems: 1_000 }),
  defaults: Type.Optional(Type.Object({
    ...terms,
    chain: Type.Optional(Id('Escalation chain of what its rules match, for users that have none of their own; left out: none said here.')),
    quietHours: Type.Optional(QuietHoursBody),
  }, { ...strict, description: 'For those of its rules, users and contacts of which nothing else says it.' })),
}, strict);
const content = {
  name: Type.String(),
  rules: list(Type.Object({ ruleId: Type.String(), severity, zones }), { description: 'In order of id.' }),
  defaults: Type.Object({ severity, zones, chain: nullable(Type.String()), quietHours: nullable(QuietHoursShape) }),
};
export const SavedPolicy = Type.Object({ policyId: Type.String(), version: Type.Integer({ description: 'Moves only when the content changes.', minimum: 1 }), ...content });
export const PolicyShape = Type.Object({ ...SavedPolicy.properties, ...assignees, createdAt: Instant(), updatedAt: Instant() });
export const PolicyPage = Type.Object({ policies: list(PolicyShape), next: Next });
export const PolicyVersionPage = Type.Object({
  policyId: Type.String(),
  versions: list(Type.Object({ version: Type.Integer(), ...content, createdAt: Instant(), createdBy: Type.String({ description: 'Id of the key that put it.' }) }), { description: 'Newest first.' }),
  next: Next,
});

const devices = Type.Optional(list(Id('A device of the user.'), { description: 'Only these devices; left out: all of them, also future ones.', minItems: 1, maxItems: 10_000 }));
const ruleId = Id('The rule, always in its current version.');
const policyId = Id('The policy, always in its current version.');
const MANY = { maxItems: 10_000 };
export const UserRulesBody = Type.Object({ rules: list(Type.Object({ ruleId, devices, ...terms }, strict), MANY) }, strict);
export const UserPoliciesBody = Type.Object({ policies: list(Type.Object({ policyId, devices, ...terms }, strict), MANY) }, strict);
export const GroupRulesBody = Type.Object({ rules: list(Type.Object({ ruleId, ...terms }, strict), MANY) }, strict);
export const GroupPoliciesBody = Type.Object({ policies: list(Type.Object({ policyId, ...terms }, strict), MANY) }, strict);

const assigned = { devices: nullable(list(Type.String())), zones, severity };
const assignedRules = list(Type.Object({ ruleId: Type.String(), ...assigned }), { description: 'In order of id.' });
const assignedPolicies = list(Type.Object({ policyId: Type.String(), ...assigned }), { description: 'In order of id.' });
export const UserRules = Type.Object({ userId: Type.String(), rules: assignedRules });
export const UserPolicies = Type.Object({ userId: Type.String(), policies: assignedPolicies });
export const GroupRules = Type.Object({ groupId: Type.String(), rules: assignedRules });
export const GroupPolicies = Type.Object({ groupId: Type.String(), policies: assignedPolicies });

/** A device is of one user. */
const devicesOfOne = Type.Optional(Type.Unsafe<string[]>({ ...devices, description: 'Only these devices; when one user alone is named.' }));
const ids = (what: string) => Type.Optional(list(Id(what), { maxItems: 1_000 }));
export const ManyBody = Type.Object({
  userIds: Type.Optional(list(Id('A user.'), { maxItems: MAX_AT_ONCE })),
  groupIds: Type.Optional(list(Id('A group.'), { maxItems: MAX_AT_ONCE })),
  rules: Type.Optional(list(Type.Object({ ruleId, devices: devicesOfOne, ...terms }, strict), { maxItems: 1_000, description: 'Added, or replaced where they are assigned otherwise.' })),
  policies: Type.Optional(list(Type.Object({ policyId, devices: devicesOfOne, ...terms }, strict), { maxItems: 1_000, description: 'Added, or replaced where they are assigned otherwise.' })),
  remove: Type.Optional(Type.Object({ rules: ids('A rule.'), policies: ids('A policy.') }, { ...strict, description: 'Taken away from whoever has them.' })),
}, strict);
export const ManyAssigned = Type.Object({
  added: Count('Assignments that were not there before.'), changed: Count('Assignments with other zones, severity or devices than before.'), removed: Count(),
  left: Count('Assignments that were as asked for already.'),
});

export type Group = Static<typeof GroupShape>;
export type GroupBody = Static<typeof GroupBody>;
export type GroupPage = Static<typeof GroupPage>;
export type MembersPut = Static<typeof MembersPut>;
export type MemberPage = Static<typeof MemberPage>;
export type Policy = Static<typeof PolicyShape>;
export type PolicyBody = Static<typeof PolicyBody>;
export type SavedPolicy = Static<typeof SavedPolicy>;
export type PolicyPage = Static<typeof PolicyPage>;
export type PolicyVersions = Static<typeof PolicyVersionPage>;
export type UserRulesBody = Static<typeof UserRulesBody>;
export type UserPoliciesBody = Static<typeof UserPoliciesBody>;
export type GroupRulesBody = Static<typeof GroupRulesBody>;
export type GroupPoliciesBody = Static<typeof GroupPoliciesBody>;
export type UserRules = Static<typeof UserRules>;
export type UserPolicies = Static<typeof UserPolicies>;
export type GroupRules = Static<typeof GroupRules>;
export type GroupPolicies = Static<typeof GroupPolicies>;
export type ManyBody = Static<typeof ManyBody>;
export type ManyAssigned = Static<typeof ManyAssigned>;
