-- What people answer.

CREATE TABLE responses (
  response_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  incident_id   uuid NOT NULL REFERENCES incidents (incident_id),
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind          text CHECK (kind IN ('acknowledge', 'resolve', 'real', 'false_alarm', 'known')),
  way           text NOT NULL CHECK (way IN ('api', 'link', 'sms', 'call')),
  contact_id    text,
  said          text,
  provider_id   text,
  user_id       text NOT NULL,
  device_id     text NOT NULL,
  frame_id      uuid NOT NULL,
  rule_id       text NOT NULL,
  rule_version  integer NOT NULL,
  known_until   timestamptz
);
CREATE UNIQUE INDEX responses_provider ON responses (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX responses_incident ON responses (incident_id, response_id);
CREATE INDEX responses_rule ON responses (rule_id, rule_version) WHERE kind IN ('real', 'false_alarm', 'known');
COMMENT ON TABLE responses IS 'Every answer of a person about an incident. Verdicts among them are labels: of the frame, for the rule version.';
COMMENT ON COLUMN responses.response_id IS 'In order.';
COMMENT ON COLUMN responses.incident_id IS 'The incident.';
COMMENT ON COLUMN responses.at IS 'Clock of the database.';
COMMENT ON COLUMN responses.kind IS 'contracts/response.ts RESPONSE_KINDS; null when what was said is none of them.';
COMMENT ON COLUMN responses.way IS 'By what: the API, a signed link, a text message, a key pressed during a call.';
COMMENT ON COLUMN responses.contact_id IS 'Who answered; null over the API.';
COMMENT ON COLUMN responses.said IS 'The key pressed or the words written, cut to 200 characters; null where a button or the API said it.';
COMMENT ON COLUMN responses.provider_id IS 'Id that the provider has for the text message; null where none has one.';
COMMENT ON COLUMN responses.user_id IS 'Whose incident it is.';
COMMENT ON COLUMN responses.device_id IS 'Where.';
COMMENT ON COLUMN responses.frame_id IS 'The frame that the person was shown last, or the first of the incident.';
COMMENT ON COLUMN responses.rule_id IS 'The rule.';
COMMENT ON COLUMN responses.rule_version IS 'Version of the rule that opened the incident.';
COMMENT ON COLUMN responses.known_until IS 'For known: until when that thing is muted on that camera; null otherwise.';
COMMENT ON INDEX responses_provider IS 'What a repeated callback was about the first time.';
COMMENT ON INDEX responses_incident IS 'The answers about one incident.';
COMMENT ON INDEX responses_rule IS 'The labels of a rule.';
