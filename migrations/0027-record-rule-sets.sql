-- By which rules each frame was judged: the set as it was then, written once and named by what it holds.

CREATE TABLE rule_sets (
  rule_set_id    bytea PRIMARY KEY,
  contents       jsonb NOT NULL,
  first_used_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE rule_sets IS 'All that a device was judged by at one time. Rows never change; equal contents are one row.';
COMMENT ON COLUMN rule_sets.rule_set_id IS 'SHA-256 of the contents as canonical JSON: keys sorted, no spaces.';
COMMENT ON COLUMN rule_sets.contents IS 'rules: list of ruleId, version, severity, zones, through (policies/effective-rules.ts); zones of the device (contracts/zone.ts Zone); timeZone of the clock that windows go by.';
COMMENT ON COLUMN rule_sets.first_used_at IS 'When the first frame was judged by it; clock of the database.';

ALTER TABLE frame_verdicts ADD COLUMN rule_set_id bytea;
COMMENT ON COLUMN frame_verdicts.rule_set_id IS 'The set that judged the frame; null: judged before sets were recorded.';
COMMENT ON COLUMN frame_verdicts.verdicts IS 'List of contracts/verdict.ts Verdict: of those rules of the set on which the frame had a bearing; all others were quiet. Without a set: one per assigned rule.';

CREATE TABLE rule_set_counts (
  user_id      text NOT NULL,
  device_id    text NOT NULL,
  rule_set_id  bytea NOT NULL,
  hour         timestamptz NOT NULL,
  frames       bigint NOT NULL,
  PRIMARY KEY (user_id, device_id, rule_set_id, hour)
);
COMMENT ON TABLE rule_set_counts IS 'Frames judged per rule set, device and hour. Every rule of the set judged each of them: what did not match is kept as a number only.';
COMMENT ON COLUMN rule_set_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN rule_set_counts.device_id IS 'The device.';
COMMENT ON COLUMN rule_set_counts.rule_set_id IS 'The set.';
COMMENT ON COLUMN rule_set_counts.hour IS 'Start of the hour (UTC) of capture.';
COMMENT ON COLUMN rule_set_counts.frames IS 'Frames judged, first runs only.';
COMMENT ON TABLE rule_counts IS 'Matches per rule version, device and hour; how many frames a rule judged stands in rule_set_counts.';
COMMENT ON COLUMN rule_counts.judged IS 'Verdicts that were kept in full, first runs only; before sets were recorded that was every frame judged.';
COMMENT ON COLUMN rule_counts.matched IS 'Frames that it called unsafe, first runs only.';
