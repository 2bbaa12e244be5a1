-- Running totals, moved in the transaction that settles a frame, so that the books can be held against the ledger.

CREATE TABLE frame_counts (
  user_id    text NOT NULL,
  device_id  text NOT NULL,
  hour       timestamptz NOT NULL,
  state      text NOT NULL,
  frames     bigint NOT NULL,
  PRIMARY KEY (user_id, device_id, hour, state)
);
COMMENT ON TABLE frame_counts IS 'Settled frames per user, device, hour of acceptance and terminal state. Accepted = sum of these + open frames, always.';
COMMENT ON COLUMN frame_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN frame_counts.device_id IS 'The device.';
COMMENT ON COLUMN frame_counts.hour IS 'Start of the hour (UTC) in which the frames were accepted.';
COMMENT ON COLUMN frame_counts.state IS 'Terminal state.';
COMMENT ON COLUMN frame_counts.frames IS 'How many. A replay moves a frame from one state to another.';

CREATE TABLE rule_counts (
  user_id       text NOT NULL,
  device_id     text NOT NULL,
  rule_id       text NOT NULL,
  rule_version  integer NOT NULL,
  hour          timestamptz NOT NULL,
  judged        bigint NOT NULL,
  matched       bigint NOT NULL,
  PRIMARY KEY (user_id, device_id, rule_id, rule_version, hour)
);
COMMENT ON TABLE rule_counts IS 'Verdicts per rule version, device and hour: what did not match is kept as a number only.';
COMMENT ON COLUMN rule_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN rule_counts.device_id IS 'The device.';
COMMENT ON COLUMN rule_counts.rule_id IS 'The rule.';
COMMENT ON COLUMN rule_counts.rule_version IS 'Its version.';
COMMENT ON COLUMN rule_counts.hour IS 'Start of the hour (UTC) of capture.';
COMMENT ON COLUMN rule_counts.judged IS 'Frames judged, first runs only.';
COMMENT ON COLUMN rule_counts.matched IS 'Of these, matched.';
