-- What is held back and why: quiet hours, snoozes, budgets; and digests, which tell of it later.

ALTER TABLE contacts
  ADD COLUMN quiet_hours  jsonb,
  ADD COLUMN failed_code  text;
COMMENT ON COLUMN contacts.quiet_hours IS 'When it is not told (contracts/quiet-hours.ts QuietHours); null: those of the policy, if any.';
COMMENT ON COLUMN contacts.failed_code IS 'Failure code for which it was switched off by itself; null when it was not.';

CREATE TABLE snoozes (
  snooze_id    uuid PRIMARY KEY,
  user_id      text NOT NULL REFERENCES users (user_id),
  rule_id      text,
  device_id    text,
  labels       text[],
  cause        text NOT NULL CHECK (cause IN ('snoozed', 'known')),
  until_at     timestamptz NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  created_by   text NOT NULL,
  ended_at     timestamptz
);
CREATE INDEX snoozes_user ON snoozes (user_id, until_at) WHERE ended_at IS NULL;
COMMENT ON TABLE snoozes IS 'Matches that shall tell nobody for a time.';
COMMENT ON COLUMN snoozes.snooze_id IS 'UUIDv7.';
COMMENT ON COLUMN snoozes.user_id IS 'Whose matches.';
COMMENT ON COLUMN snoozes.rule_id IS 'Only of this rule; null: of any.';
COMMENT ON COLUMN snoozes.device_id IS 'Only of this device; null: of any.';
COMMENT ON COLUMN snoozes.labels IS 'Only matches on nothing but these labels; null: any.';
COMMENT ON COLUMN snoozes.cause IS 'snoozed: the user asked for silence, and gets a digest; known: the user knows that thing, and gets none.';
COMMENT ON COLUMN snoozes.until_at IS 'Until when.';
COMMENT ON COLUMN snoozes.created_at IS 'Clock of the database.';
COMMENT ON COLUMN snoozes.created_by IS 'Who asked: a key, or a contact and its way.';
COMMENT ON COLUMN snoozes.ended_at IS 'When it was taken back before its time; null otherwise.';
COMMENT ON INDEX snoozes_user IS 'What holds for the matches of a user.';

CREATE TABLE digests (
  digest_id    uuid PRIMARY KEY,
  user_id      text NOT NULL,
  contact_id   text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  next_due_at  timestamptz
);
CREATE INDEX digests_due ON digests (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX digests_user ON digests (user_id);
COMMENT ON TABLE digests IS 'Messages that tell of what was held back.';
COMMENT ON COLUMN digests.digest_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN digests.user_id IS 'Whose.';
COMMENT ON COLUMN digests.contact_id IS 'For this contact only; null: for the user, by mail where there is a mail contact.';
COMMENT ON COLUMN digests.created_at IS 'Clock of the database.';
COMMENT ON COLUMN digests.next_due_at IS 'When its next message is due; the sweep rings for those past it. Null when none waits.';
COMMENT ON INDEX digests_due IS 'The sweep.';
COMMENT ON INDEX digests_user IS 'The digests of a user.';

CREATE TABLE held_back (
  held_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id      text NOT NULL,
  contact_id   text,
  cause        text NOT NULL CHECK (cause IN ('quiet_hours', 'snoozed', 'budget', 'old')),
  incident_id  uuid REFERENCES incidents (incident_id),
  rule_id      text NOT NULL,
  device_id    text NOT NULL,
  severity     text NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  matches      integer NOT NULL,
  frame_id     uuid NOT NULL,
  frame_captured_at timestamptz NOT NULL,
  first_at     timestamptz NOT NULL,
  last_at      timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  digest_id    uuid REFERENCES digests (digest_id)
);
CREATE UNIQUE INDEX held_back_gathering ON held_back (user_id, coalesce(contact_id, ''), cause, rule_id, device_id, coalesce(incident_id, '00000000-0000-0000-0000-000000000000')) WHERE digest_id IS NULL;
CREATE INDEX held_back_due ON held_back (due_at) WHERE digest_id IS NULL;
CREATE INDEX held_back_digest ON held_back (digest_id);
CREATE INDEX held_back_incident ON held_back (incident_id) WHERE incident_id IS NOT NULL;
COMMENT ON TABLE held_back IS 'What a user or a contact was not told, gathered for the next digest.';
COMMENT ON COLUMN held_back.held_id IS 'In order.';
COMMENT ON COLUMN held_back.user_id IS 'Whose.';
COMMENT ON COLUMN held_back.contact_id IS 'Held back from this contact only; null: from the user.';
COMMENT ON COLUMN held_back.cause IS 'contracts/digest.ts HOLD_CAUSES.';
COMMENT ON COLUMN held_back.incident_id IS 'The incident; null for snoozed matches, which open none.';
COMMENT ON COLUMN held_back.rule_id IS 'The rule.';
COMMENT ON COLUMN held_back.device_id IS 'The device.';
COMMENT ON COLUMN held_back.severity IS 'The worst of what was held back.';
COMMENT ON COLUMN held_back.matches IS 'How many matches: of an incident those until it was held, of a snooze all.';
COMMENT ON COLUMN held_back.frame_id IS 'The first of them; its picture goes into the digest.';
COMMENT ON COLUMN held_back.frame_captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN held_back.first_at IS 'Capture time of the first.';
COMMENT ON COLUMN held_back.last_at IS 'Capture time of the latest.';
COMMENT ON COLUMN held_back.due_at IS 'When it is told: the end of the quiet hours, of the snooze, of the hour.';
COMMENT ON COLUMN held_back.digest_id IS 'The digest that tells it; null while it is gathered.';
COMMENT ON INDEX held_back_gathering IS 'One row for each thing that is held back, counted up.';
COMMENT ON INDEX held_back_due IS 'What is to be told by now.';
COMMENT ON INDEX held_back_digest IS 'What a digest tells.';
COMMENT ON INDEX held_back_incident IS 'What was held back of an incident.';

CREATE TABLE message_budgets (
  user_id        text NOT NULL,
  hour           timestamptz NOT NULL,
  told           integer NOT NULL DEFAULT 0,
  told_critical  integer NOT NULL DEFAULT 0,
  PRIMARY KEY (user_id, hour)
);
COMMENT ON TABLE message_budgets IS 'Messages that new incidents sent to a user, by hour. Its row is also the lock under which they are counted.';
COMMENT ON COLUMN message_budgets.user_id IS 'The user.';
COMMENT ON COLUMN message_budgets.hour IS 'Begin of the hour, clock of the database.';
COMMENT ON COLUMN message_budgets.told IS 'Messages about what is less than critical.';
COMMENT ON COLUMN message_budgets.told_critical IS 'Messages about what is critical: they have a budget of their own, of the same size, so that chatter cannot use it up.';

ALTER TABLE deliveries
  ADD COLUMN digest_id uuid REFERENCES digests (digest_id),
  DROP CONSTRAINT about_one_thing,
  ADD CONSTRAINT about_one_thing CHECK (num_nonnulls(incident_id, notice_id, digest_id) = CASE WHEN delivery_key LIKE 'test-%' THEN 0 ELSE 1 END);
CREATE INDEX deliveries_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL;
COMMENT ON COLUMN deliveries.incident_id IS 'About which incident; null when it is about something else.';
COMMENT ON COLUMN deliveries.notice_id IS 'About which equipment notice; null when it is about something else.';
COMMENT ON COLUMN deliveries.digest_id IS 'Which digest it is; null when it is something else. A message that only tries out a contact is about nothing.';
COMMENT ON INDEX deliveries_digest IS 'The messages of a digest.';
