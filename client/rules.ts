/** The part of the client that is about what is unsafe for whom: rules, policies, their assignment, and who changed them. */
import type { Change, ChangePage } from '../api/shapes/changes.ts';
import type {
  GroupPolicies, GroupPoliciesBody, GroupRules, GroupRulesBody, ManyAssigned, ManyBody, Policy, PolicyBody, PolicyPage, PolicyVersions, SavedPolicy,
  UserPolicies, UserPoliciesBody, UserRules, UserRulesBody,
} from '../api/shapes/policies.ts';
import type { Rule, RuleCheck, RuleVersions, SavedRule } from '../api/shapes/rules.ts';
import type { Calls, Page } from './calls.ts';

export interface ChangeQuery extends Page {
  readonly subject?: Change['subject'];
  /** Of assignments `user/<id>` or `group/<id>`. */
  readonly subjectId?: string;
}

export interface RulesClient {
  /** One line, YAML or JSON. */
  putRule(ruleId: string, text: string): Promise<SavedRule>;
  deleteRule(ruleId: string): Promise<void>;
  /** Held against the devices of a user or of the members of a group, if one is named. */
  checkRule(text: string, assignee?: { readonly userId?: string; readonly groupId?: string }): Promise<RuleCheck>;
  rule(ruleId: string, version?: number): Promise<Rule>;
  ruleVersions(ruleId: string, page?: Page): Promise<RuleVersions>;
  rules(page?: Page): Promise<{ readonly rules: readonly Rule[]; readonly next: string | null }>;

  putPolicy(policyId: string, policy: PolicyBody): Promise<SavedPolicy>;
  deletePolicy(policyId: string): Promise<void>;
  policy(policyId: string): Promise<Policy>;
  policyVersions(policyId: string, page?: Page): Promise<PolicyVersions>;
  policies(page?: Page): Promise<PolicyPage>;

  /** Replaces all rules that a user has by itself. */
  assignRules(userId: string, rules: UserRulesBody['rules']): Promise<UserRules>;
  assignments(userId: string): Promise<UserRules>;
  /** Replaces all policies that a user has by itself. */
  assignPolicies(userId: string, policies: UserPoliciesBody['policies']): Promise<UserPolicies>;
  assignedPolicies(userId: string): Promise<UserPolicies>;
  /** Replaces all rules of a group. */
  assignGroupRules(groupId: string, rules: GroupRulesBody['rules']): Promise<GroupRules>;
  groupRules(groupId: string): Promise<GroupRules>;
  /** Replaces all policies of a group. */
  assignGroupPolicies(groupId: string, policies: GroupPoliciesBody['policies']): Promise<GroupPolicies>;
  groupPolicies(groupId: string): Promise<GroupPolicies>;
  /** Adds, replaces and takes away for thousands at once; all of it or nothing. */
  assignToMany(many: ManyBody): Promise<ManyAssigned>;

  /** Newest first. */
  changes(query?: ChangeQuery): Promise<ChangePage>;
}

const of = encodeURIComponent;

export const rulesClient = ({ get, put, post, remove }: Calls): RulesClient => ({
  putRule: (ruleId, text) => put(`/v1/rules/${of(ruleId)}`, { text }),
  deleteRule: (ruleId) => remove(`/v1/rules/${of(ruleId)}`),
  checkRule: (text, assignee) => post('/v1/rules/check', { text }, assignee),
  rule: (ruleId, version) => get(`/v1/rules/${of(ruleId)}`, { version }),
  ruleVersions: (ruleId, page) => get(`/v1/rules/${of(ruleId)}/versions`, page),
  rules: (page) => get('/v1/rules', page),

  putPolicy: (policyId, policy) => put(`/v1/policies/${of(policyId)}`, policy),
  deletePolicy: (policyId) => remove(`/v1/policies/${of(policyId)}`),
  policy: (policyId) => get(`/v1/policies/${of(policyId)}`),
  policyVersions: (policyId, page) => get(`/v1/policies/${of(policyId)}/versions`, page),
  policies: (page) => get('/v1/policies', page),

  assignRules: (userId, rules) => put(`/v1/users/${of(userId)}/rules`, { rules }),
  assignments: (userId) => get(`/v1/users/${of(userId)}/rules`),
  assignPolicies: (userId, policies) => put(`/v1/users/${of(userId)}/policies`, { policies }),
  assignedPolicies: (userId) => get(`/v1/users/${of(userId)}/policies`),
  assignGroupRules: (groupId, rules) => put(`/v1/groups/${of(groupId)}/rules`, { rules }),
  groupRules: (groupId) => get(`/v1/groups/${of(groupId)}/rules`),
  assignGroupPolicies: (groupId, policies) => put(`/v1/groups/${of(groupId)}/policies`, { policies }),
  groupPolicies: (groupId) => get(`/v1/groups/${of(groupId)}/policies`),
  assignToMany: (many) => post('/v1/assignments', many),

  changes: (query) => get('/v1/changes', query),
});
