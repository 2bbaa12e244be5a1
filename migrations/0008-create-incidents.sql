-- Incidents, the matches that make them, and the outbox of messages with every try.

CREATE TABLE incidents (
  incident_id     uuid PRIMARY KEY,
  user_id         text NOT NULL,
  rule_id         text NOT NULL,
  rule_version    integer NOT NULL,
  device_id       text NOT NULL,
  state           text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'closed')),
  opened_at       timestamptz NOT NULL,
  last_match_at   timestamptz NOT NULL,
  last_joined_at  timestamptz NOT NULL DEFAULT now(),
  first_frame_id  uuid NOT NULL,
  matches         integer NOT NULL DEFAULT 0,
  level           integer NOT NULL DEFAULT 0,
  next_due_at     timestamptz,
  cooldown_until  timestamptz,
  acknowledged_at timestamptz,
  closed_at       timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX incidents_one_open ON incidents (user_id, rule_id, device_id) WHERE state <> 'closed';
CREATE INDEX incidents_latest ON incidents (user_id, rule_id, device_id, opened_at DESC);
CREATE INDEX incidents_due ON incidents (next_due_at) WHERE next_due_at IS NOT NULL;
COMMENT ON TABLE incidents IS 'A stretch of matches of one rule for one user on one device, told to people as one thing.';
COMMENT ON COLUMN incidents.incident_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN incidents.user_id IS 'Who is told.';
COMMENT ON COLUMN incidents.rule_id IS 'Why.';
COMMENT ON COLUMN incidents.rule_version IS 'Version of the rule that opened it.';
COMMENT ON COLUMN incidents.device_id IS 'Where.';
COMMENT ON COLUMN incidents.state IS 'open, acknowledged by a person, or closed after quiet. At most one not closed per user, rule and device.';
COMMENT ON COLUMN incidents.opened_at IS 'Capture time of the first match.';
COMMENT ON COLUMN incidents.last_match_at IS 'Capture time of the latest match.';
COMMENT ON COLUMN incidents.last_joined_at IS 'Clock of the database when a match last joined: quiet is over only when both clocks say so.';
COMMENT ON COLUMN incidents.first_frame_id IS 'The frame that opened it; its picture goes into the message.';
COMMENT ON COLUMN incidents.matches IS 'How many matches joined, the first included.';
COMMENT ON COLUMN incidents.level IS 'Escalation level reached.';
COMMENT ON COLUMN incidents.next_due_at IS 'When something is to be done for it; the sweep rings for those past it. Null once closed and delivered.';
COMMENT ON COLUMN incidents.cooldown_until IS 'Capture time until which a new match is suppressed; null until a message was really delivered.';
COMMENT ON COLUMN incidents.acknowledged_at IS 'When a person took charge; null before.';
COMMENT ON COLUMN incidents.closed_at IS 'When it was closed; null before.';
COMMENT ON COLUMN incidents.created_at IS 'Clock of the database.';
COMMENT ON INDEX incidents_one_open IS 'The lock that makes two workers open one incident, not two.';
COMMENT ON INDEX incidents_latest IS 'Open incident and last cooldown in one look-up.';
COMMENT ON INDEX incidents_due IS 'The sweep.';

CREATE TABLE matches (
  frame_id     uuid NOT NULL,
  rule_id      text NOT NULL,
  captured_at  timestamptz NOT NULL,
  rule_version integer NOT NULL,
  incident_id  uuid REFERENCES incidents (incident_id),
  suppressed   text,
  matched_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (frame_id, rule_id),
  CONSTRAINT joined_or_suppressed CHECK ((incident_id IS NULL) <> (suppressed IS NULL))
);
CREATE INDEX matches_incident ON matches (incident_id);
COMMENT ON TABLE matches IS 'A rule called a frame unsafe: it joined an incident or was suppressed with a cause. Once per frame and rule, whatever is repeated.';
COMMENT ON COLUMN matches.frame_id IS 'The frame.';
COMMENT ON COLUMN matches.rule_id IS 'The rule.';
COMMENT ON COLUMN matches.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN matches.rule_version IS 'The version that matched.';
COMMENT ON COLUMN matches.incident_id IS 'The incident it opened or joined; null when suppressed.';
COMMENT ON COLUMN matches.suppressed IS 'Cause (contracts/terminal-states.ts SUPPRESSION_CAUSES); null when it joined.';
COMMENT ON COLUMN matches.matched_at IS 'Clock of the database.';
COMMENT ON INDEX matches_incident IS 'The frames of an incident.';

CREATE TABLE deliveries (
  delivery_key    text PRIMARY KEY,
  incident_id     uuid NOT NULL REFERENCES incidents (incident_id),
  contact_id      text NOT NULL,
  channel         text NOT NULL,
  address         text NOT NULL,
  state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'delivered', 'failed')),
  tries           integer NOT NULL DEFAULT 0,
  uncertain       integer NOT NULL DEFAULT 0,
  next_try_at     timestamptz NOT NULL DEFAULT now(),
  claimed_until   timestamptz,
  provider_id     text,
  code            text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  delivered_at    timestamptz
);
CREATE INDEX deliveries_incident ON deliveries (incident_id);
COMMENT ON TABLE deliveries IS 'The outbox: a message is a row here before any provider is called.';
COMMENT ON COLUMN deliveries.delivery_key IS 'incident:level:round:channel:contact (contracts/delivery.ts); handed to the provider as idempotency key.';
COMMENT ON COLUMN deliveries.incident_id IS 'About which incident.';
COMMENT ON COLUMN deliveries.contact_id IS 'To whom.';
COMMENT ON COLUMN deliveries.channel IS 'By what.';
COMMENT ON COLUMN deliveries.address IS 'Address of the contact when the message was written.';
COMMENT ON COLUMN deliveries.state IS 'waiting for its try; sending; delivered: handed over and taken; failed: refused for good.';
COMMENT ON COLUMN deliveries.tries IS 'Tries begun.';
COMMENT ON COLUMN deliveries.uncertain IS 'Tries that began and never ended: the provider may have taken the message. Each is a possible double.';
COMMENT ON COLUMN deliveries.next_try_at IS 'Not before then.';
COMMENT ON COLUMN deliveries.claimed_until IS 'While sending: when the try counts as dead; null otherwise.';
COMMENT ON COLUMN deliveries.provider_id IS 'Id that the provider gave; null until delivered.';
COMMENT ON COLUMN deliveries.code IS 'Failure code of the last try; null without one.';
COMMENT ON COLUMN deliveries.created_at IS 'Clock of the database.';
COMMENT ON COLUMN deliveries.delivered_at IS 'When the provider took it; null before.';
COMMENT ON INDEX deliveries_incident IS 'The messages of an incident.';

CREATE TABLE delivery_attempts (
  attempt_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_key  text NOT NULL REFERENCES deliveries (delivery_key),
  started_at    timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz,
  outcome       text CHECK (outcome IN ('delivered', 'refused', 'unavailable', 'uncertain')),
  answer        text
);
CREATE INDEX delivery_attempts_key ON delivery_attempts (delivery_key);
COMMENT ON TABLE delivery_attempts IS 'Every call of a provider and what it answered.';
COMMENT ON COLUMN delivery_attempts.attempt_id IS 'In order of starting.';
COMMENT ON COLUMN delivery_attempts.delivery_key IS 'The message.';
COMMENT ON COLUMN delivery_attempts.started_at IS 'Before the provider was called.';
COMMENT ON COLUMN delivery_attempts.finished_at IS 'After it answered; null while under way.';
COMMENT ON COLUMN delivery_attempts.outcome IS 'delivered; refused for good; unavailable: try again; uncertain: the process died in between. Null while under way.';
COMMENT ON COLUMN delivery_attempts.answer IS 'What the provider said, cut to 500 characters.';
COMMENT ON INDEX delivery_attempts_key IS 'The tries of a message.';
