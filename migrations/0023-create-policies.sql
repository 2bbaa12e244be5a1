-- Policies: named sets of rules, numbered by versions like rules. And what the text of a rule says beside its condition.

ALTER TABLE rule_versions
  ADD COLUMN name      text,
  ADD COLUMN severity  text;
COMMENT ON COLUMN rule_versions.name IS 'As the text calls the rule; null: it does not, or the version is older than this column.';
COMMENT ON COLUMN rule_versions.severity IS 'As the text says it (contracts/severity.ts); null: it does not, or the version is older than this column.';

-- So far a condition was any of some classes above a threshold; each of them is now an `objects` (policies/model.ts) with the same meaning.
UPDATE rule_versions SET condition = jsonb_set(condition, '{children}', (
  SELECT jsonb_agg(jsonb_build_object(
           'kind', 'objects', 'select', jsonb_build_array(jsonb_build_object('name', child->'label', 'comparison', child->'comparison', 'threshold', child->'threshold')),
           'except', '[]'::jsonb, 'zones', '[]'::jsonb, 'outside', '[]'::jsonb, 'minSize', null, 'maxSize', null, 'dwellMs', 0, 'motion', 'any', 'atLeast', 1, 'atMost', null)
         ORDER BY place)
  FROM jsonb_array_elements(condition->'children') WITH ORDINALITY AS children (child, place)))
WHERE jsonb_path_exists(condition, '$.children[*] ? (@.kind == "class-above")');

CREATE TABLE policies (
  policy_id        text PRIMARY KEY,
  current_version  integer NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  deleted_at       timestamptz
);
COMMENT ON TABLE policies IS 'One row per policy; what it holds stands in policy_versions.';
COMMENT ON COLUMN policies.policy_id IS 'Chosen by the admin (contracts/ids.ts).';
COMMENT ON COLUMN policies.current_version IS 'The version that is in force.';
COMMENT ON COLUMN policies.created_at IS 'Clock of the database.';
COMMENT ON COLUMN policies.updated_at IS 'When current_version last moved.';
COMMENT ON COLUMN policies.deleted_at IS 'When it was deleted; null while in force. The row stays, because a policy of the same id goes on with the next version.';

CREATE TABLE policy_versions (
  policy_id   text NOT NULL REFERENCES policies (policy_id),
  version     integer NOT NULL,
  content     jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text NOT NULL,
  PRIMARY KEY (policy_id, version)
);
COMMENT ON TABLE policy_versions IS 'What a policy held and holds. Rows never change.';
COMMENT ON COLUMN policy_versions.policy_id IS 'The policy.';
COMMENT ON COLUMN policy_versions.version IS 'From 1, without gaps.';
COMMENT ON COLUMN policy_versions.content IS 'name; rules: list of ruleId, severity, zones, each rule once; defaults: severity, zones. Severity or zones null: none said here.';
COMMENT ON COLUMN policy_versions.created_at IS 'Clock of the database.';
COMMENT ON COLUMN policy_versions.created_by IS 'Id of the API key that put it.';

CREATE TRIGGER rules_tell AFTER INSERT OR UPDATE OR DELETE ON rules FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER rules_tell ON rules IS 'A rule has another version or is deleted.';
CREATE TRIGGER policies_tell AFTER INSERT OR UPDATE OR DELETE ON policies FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER policies_tell ON policies IS 'A policy has another version or is deleted.';
