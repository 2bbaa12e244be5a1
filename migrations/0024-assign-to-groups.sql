-- Rules and policies are assigned to users and groups; what was assigned before moves over.

CREATE TABLE assignments (
  assignment_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id        text REFERENCES users (user_id),
  group_id       text REFERENCES groups (group_id),
  rule_id        text REFERENCES rules (rule_id),
  policy_id      text REFERENCES policies (policy_id),
  device_ids     text[],
  zones          text[],
  severity       text,
  assigned_at    timestamptz NOT NULL DEFAULT now(),
  assigned_by    text NOT NULL,
  CONSTRAINT assignments_one_assignee CHECK (num_nonnulls(user_id, group_id) = 1),
  CONSTRAINT assignments_one_thing CHECK (num_nonnulls(rule_id, policy_id) = 1),
  CONSTRAINT assignments_devices_of_user CHECK (device_ids IS NULL OR user_id IS NOT NULL)
);
CREATE UNIQUE INDEX assignments_user_rule ON assignments (user_id, rule_id) WHERE user_id IS NOT NULL AND rule_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_user_policy ON assignments (user_id, policy_id) WHERE user_id IS NOT NULL AND policy_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_group_rule ON assignments (group_id, rule_id) WHERE group_id IS NOT NULL AND rule_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_group_policy ON assignments (group_id, policy_id) WHERE group_id IS NOT NULL AND policy_id IS NOT NULL;
CREATE INDEX assignments_rule_id ON assignments (rule_id, user_id) WHERE rule_id IS NOT NULL;
CREATE INDEX assignments_policy_id ON assignments (policy_id, user_id) WHERE policy_id IS NOT NULL;
COMMENT ON TABLE assignments IS 'Which rules and policies judge the frames of which users: one assignee, a user or a group, and one thing, a rule or a policy.';
COMMENT ON COLUMN assignments.assignment_id IS 'Counted by the database; a replaced assignment keeps it.';
COMMENT ON COLUMN assignments.user_id IS 'Whose frames; null for a group.';
COMMENT ON COLUMN assignments.group_id IS 'The frames of whose members; null for a user.';
COMMENT ON COLUMN assignments.rule_id IS 'Judged by which rule, always in its current version; null for a policy.';
COMMENT ON COLUMN assignments.policy_id IS 'Judged by the rules of which policy, always in its current version; null for a rule.';
COMMENT ON COLUMN assignments.device_ids IS 'Only these devices of the user; null is all of them, also future ones. Always null for a group.';
COMMENT ON COLUMN assignments.zones IS 'Names of zones in which objects must be where the rule itself names none; null: as the policy says, or anywhere.';
COMMENT ON COLUMN assignments.severity IS 'Of the matches, whatever policy and rule say (contracts/severity.ts); null: as they say.';
COMMENT ON COLUMN assignments.assigned_at IS 'When it was last changed, by the clock of the database.';
COMMENT ON COLUMN assignments.assigned_by IS 'Id of the API key that last changed it.';
COMMENT ON INDEX assignments_user_rule IS 'A rule is assigned to a user once; finds the rules of a user.';
COMMENT ON INDEX assignments_user_policy IS 'A policy is assigned to a user once; finds the policies of a user.';
COMMENT ON INDEX assignments_group_rule IS 'A rule is assigned to a group once; finds the rules of a group.';
COMMENT ON INDEX assignments_group_policy IS 'A policy is assigned to a group once; finds the policies of a group.';
COMMENT ON INDEX assignments_rule_id IS 'Who has a rule, users in order of id, then groups.';
COMMENT ON INDEX assignments_policy_id IS 'Who has a policy, users in order of id, then groups.';
COMMENT ON CONSTRAINT assignments_one_assignee ON assignments IS 'A user or a group.';
COMMENT ON CONSTRAINT assignments_one_thing ON assignments IS 'A rule or a policy.';
COMMENT ON CONSTRAINT assignments_devices_of_user ON assignments IS 'The devices of a group are those of its members, whoever they are at the time.';

INSERT INTO assignments (user_id, rule_id, device_ids, assigned_at, assigned_by)
SELECT user_id, rule_id, device_ids, assigned_at, 'before history' FROM rule_assignments ORDER BY user_id, rule_id;
DROP TABLE rule_assignments;

CREATE TRIGGER assignments_tell AFTER INSERT OR UPDATE OR DELETE ON assignments FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER assignments_tell ON assignments IS 'Somebody is judged by other rules.';
