-- Rules are numbered and versioned and hold no user; an assignment binds them to a user's devices.

CREATE TABLE rules (
  rule_id          text PRIMARY KEY,
  current_version  integer NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  deleted_at       timestamptz
);
COMMENT ON TABLE rules IS 'One row per rule; what it says stands in rule_versions.';
COMMENT ON COLUMN rules.rule_id IS 'The number in "RuleID: 100".';
COMMENT ON COLUMN rules.current_version IS 'The version that judges frames from now on.';
COMMENT ON COLUMN rules.created_at IS 'Clock of the database.';
COMMENT ON COLUMN rules.updated_at IS 'When current_version last moved.';
COMMENT ON COLUMN rules.deleted_at IS 'When it was deleted; null while in force. The row stays, because old verdicts point at its versions.';

CREATE TABLE rule_versions (
  rule_id     text NOT NULL REFERENCES rules (rule_id),
  version     integer NOT NULL,
  source      text NOT NULL,
  condition   jsonb NOT NULL,
  warnings    jsonb NOT NULL DEFAULT '[]',
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL,
  PRIMARY KEY (rule_id, version)
);
COMMENT ON TABLE rule_versions IS 'What a rule said and says. Rows never change: old verdicts point at them.';
COMMENT ON COLUMN rule_versions.rule_id IS 'The rule.';
COMMENT ON COLUMN rule_versions.version IS 'From 1, without gaps.';
COMMENT ON COLUMN rule_versions.source IS 'The text as the admin sent it.';
COMMENT ON COLUMN rule_versions.condition IS 'The parsed condition tree (policies/model.ts).';
COMMENT ON COLUMN rule_versions.warnings IS 'Problems shown to the admin at the save (contracts/rule.ts RuleProblem).';
COMMENT ON COLUMN rule_versions.created_at IS 'Clock of the database.';
COMMENT ON COLUMN rule_versions.created_by IS 'Id of the API key that put it.';

CREATE TABLE rule_assignments (
  user_id      text NOT NULL REFERENCES users (user_id),
  rule_id      text NOT NULL REFERENCES rules (rule_id),
  device_ids   text[],
  assigned_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, rule_id)
);
COMMENT ON TABLE rule_assignments IS 'Which rules judge the frames of which users.';
COMMENT ON COLUMN rule_assignments.user_id IS 'Whose frames.';
COMMENT ON COLUMN rule_assignments.rule_id IS 'Judged by which rule, always in its current version.';
COMMENT ON COLUMN rule_assignments.device_ids IS 'Only these devices of the user; null is all of them, also future ones.';
COMMENT ON COLUMN rule_assignments.assigned_at IS 'Clock of the database.';
