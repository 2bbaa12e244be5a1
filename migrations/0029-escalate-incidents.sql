-- Who is told next while nobody answers: chains, how far an incident has come on its chain, and what happened to it.

CREATE TABLE chains (
  chain_id    text PRIMARY KEY,
  name        text NOT NULL,
  levels      jsonb NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE chains IS 'Escalation chains: levels of contacts, told one after the other until somebody answers. A change holds for open incidents too.';
COMMENT ON COLUMN chains.chain_id IS 'Chosen by the admin.';
COMMENT ON COLUMN chains.name IS 'As people write it.';
COMMENT ON COLUMN chains.levels IS 'The levels in order (contracts/escalation.ts Level).';
COMMENT ON COLUMN chains.created_at IS 'Clock of the database.';
COMMENT ON COLUMN chains.updated_at IS 'When it was last put.';

ALTER TABLE changes
  DROP CONSTRAINT changes_subject,
  ADD CONSTRAINT changes_subject CHECK (subject IN ('rule', 'policy', 'group', 'members', 'assignments', 'zones', 'chain'));
COMMENT ON TABLE changes IS 'Every change of what frames are judged by and of who is told, committed together with the change. Rows never change; a call that changes nothing leaves none.';
COMMENT ON COLUMN changes.subject_id IS 'Id of the rule, policy, group, device or chain; of assignments user/<id> or group/<id>. No foreign key: history outlives its subject.';
COMMENT ON CONSTRAINT changes_subject ON changes IS 'A subject that no reader knows would never be found again.';

ALTER TABLE users
  ADD COLUMN chain_id            text REFERENCES chains (chain_id),
  ADD COLUMN equipment_chain_id  text REFERENCES chains (chain_id),
  ADD COLUMN messages_per_hour   integer CHECK (messages_per_hour > 0);
COMMENT ON COLUMN users.chain_id IS 'Chain of the user''s incidents; null: that of the policy that brought the rule, or the default.';
COMMENT ON COLUMN users.equipment_chain_id IS 'Chain of the user''s equipment notices; null: the default.';
COMMENT ON COLUMN users.messages_per_hour IS 'Messages that new incidents may send the user in an hour; null: the setting.';

ALTER TABLE incidents
  DROP CONSTRAINT incidents_state_check,
  ADD CONSTRAINT incidents_state_check CHECK (state IN ('open', 'acknowledged', 'resolved', 'closed')),
  ADD COLUMN chain_id       text REFERENCES chains (chain_id),
  ADD COLUMN quiet_hours    jsonb,
  ADD COLUMN told_severity  text CHECK (told_severity IN ('low', 'medium', 'high', 'critical')),
  ADD COLUMN told_at        timestamptz,
  ADD COLUMN repeats        integer NOT NULL DEFAULT 0,
  ADD COLUMN exhausted      boolean NOT NULL DEFAULT false,
  ADD COLUMN held           text CHECK (held IN ('quiet_hours', 'snoozed', 'budget', 'old')),
  ADD COLUMN resolved_at    timestamptz,
  ADD COLUMN reopened       integer NOT NULL DEFAULT 0;
CREATE INDEX incidents_newest ON incidents (opened_at DESC, incident_id DESC);
CREATE INDEX incidents_user ON incidents (user_id, opened_at DESC, incident_id DESC);
COMMENT ON INDEX incidents_newest IS 'The incidents of all, newest first.';
COMMENT ON INDEX incidents_user IS 'The incidents of a user, newest first.';
-- Incidents from before chains were told on one level, at once.
UPDATE incidents SET told_severity = severity, told_at = created_at, exhausted = true;
COMMENT ON COLUMN incidents.state IS 'open; acknowledged: somebody took charge; resolved: somebody says it is dealt with; closed after quiet. At most one not closed per user, rule and device.';
COMMENT ON COLUMN incidents.chain_id IS 'Its chain, from the user or the policy when it opened; null: the default.';
COMMENT ON COLUMN incidents.quiet_hours IS 'Quiet hours of the policy that brought the rule when it opened (contracts/quiet-hours.ts), for contacts without their own; null without.';
COMMENT ON COLUMN incidents.level IS 'The level of its chain that was told last, from 0; means nothing while told_at is null.';
COMMENT ON COLUMN incidents.told_severity IS 'Its severity when it was last told as opened, reopened or risen; null while nobody was told.';
COMMENT ON COLUMN incidents.told_at IS 'When its level was told last; null while nobody was told.';
COMMENT ON COLUMN incidents.repeats IS 'How often its level was told again.';
COMMENT ON COLUMN incidents.exhausted IS 'The chain has no further level: nobody answered to the last.';
COMMENT ON COLUMN incidents.held IS 'Why nobody was told of it (contracts/digest.ts HOLD_CAUSES); null when somebody was.';
COMMENT ON COLUMN incidents.resolved_at IS 'When a person said that it is dealt with; null before.';
COMMENT ON COLUMN incidents.reopened IS 'How often it went on after it was over.';

CREATE TABLE incident_events (
  event_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id  uuid NOT NULL REFERENCES incidents (incident_id),
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  event        text NOT NULL,
  detail       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX incident_events_incident ON incident_events (incident_id, event_id);
COMMENT ON TABLE incident_events IS 'What happened to an incident beside matches, messages and responses, which have tables of their own.';
COMMENT ON COLUMN incident_events.event_id IS 'In order.';
COMMENT ON COLUMN incident_events.incident_id IS 'The incident.';
COMMENT ON COLUMN incident_events.at IS 'Clock of the database.';
COMMENT ON COLUMN incident_events.event IS 'One of contracts/incident.ts INCIDENT_EVENTS.';
COMMENT ON COLUMN incident_events.detail IS 'told: telling, level, contacts; held: cause, contacts; rose: from, to; released: cause; others empty.';
COMMENT ON INDEX incident_events_incident IS 'The story of one incident.';
