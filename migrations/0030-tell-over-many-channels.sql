-- What a message says, what it cost, and what became of it after its provider took it.

ALTER TABLE deliveries
  DROP CONSTRAINT deliveries_state_check,
  ADD CONSTRAINT deliveries_state_check CHECK (state IN ('waiting', 'sending', 'delivered', 'failed', 'withdrawn')),
  ADD COLUMN telling            text NOT NULL DEFAULT 'opened',
  ADD COLUMN severity           text NOT NULL DEFAULT 'medium' CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  ADD COLUMN frame_id           uuid,
  ADD COLUMN frame_captured_at  timestamptz,
  ADD COLUMN provider           text,
  ADD COLUMN units              integer,
  ADD COLUMN cost_micros        bigint,
  ADD COLUMN cost_currency      text,
  ADD COLUMN arrival            text,
  ADD COLUMN arrived_at         timestamptz,
  ADD COLUMN arrival_code       text,
  ADD COLUMN resent_at          timestamptz,
  ADD COLUMN resent_by          text;
CREATE INDEX deliveries_address ON deliveries (channel, address, created_at DESC);
CREATE INDEX deliveries_dead ON deliveries (created_at DESC, delivery_key DESC) WHERE state = 'failed';
CREATE INDEX deliveries_latest ON deliveries (created_at DESC, delivery_key DESC);
CREATE INDEX deliveries_contact ON deliveries (contact_id, created_at DESC, delivery_key DESC);
CREATE INDEX equipment_notices_user ON equipment_notices (user_id);
CREATE INDEX deliveries_under_way ON deliveries (state, channel) WHERE state IN ('waiting', 'sending');
COMMENT ON COLUMN deliveries.state IS 'waiting for its try; sending; delivered: handed over and taken; failed: refused for good or given up, a dead letter; withdrawn: somebody took charge before it went out.';
COMMENT ON COLUMN deliveries.telling IS 'Why the contact is told: contracts/delivery.ts INCIDENT_TELLINGS of an incident, contracts/equipment-notice.ts NOTICE_TELLINGS of a notice.';
COMMENT ON COLUMN deliveries.severity IS 'Of its incident when the message was written: what a message says is the same at every try.';
COMMENT ON COLUMN deliveries.frame_id IS 'The frame whose picture it shows; null: the first of the incident.';
COMMENT ON COLUMN deliveries.frame_captured_at IS 'Capture time of that frame; null with it.';
COMMENT ON COLUMN deliveries.provider IS 'Who took it: smtp, sendgrid, twilio, ...; null until delivered.';
COMMENT ON COLUMN deliveries.units IS 'What the provider counts: segments of a text message, calls; null where nothing is counted.';
COMMENT ON COLUMN deliveries.cost_micros IS 'What it cost by the prices of the settings, in millionths; null without a price.';
COMMENT ON COLUMN deliveries.cost_currency IS 'ISO 4217 code; null without a price.';
COMMENT ON COLUMN deliveries.arrival IS 'The latest that the provider said of it after taking it (contracts/delivery.ts ARRIVALS); null without a word.';
COMMENT ON COLUMN deliveries.arrived_at IS 'When that was said, clock of the database; null with it.';
COMMENT ON COLUMN deliveries.arrival_code IS 'The provider''s own code with it; null without one.';
COMMENT ON COLUMN deliveries.resent_at IS 'When this dead letter was last sent again by hand; null when it never was.';
COMMENT ON COLUMN deliveries.resent_by IS 'Id of the API key that did; null with it.';
COMMENT ON INDEX deliveries_address IS 'Whom an answer is from: the latest messages to an address.';
COMMENT ON INDEX deliveries_dead IS 'Dead letters, newest first.';
COMMENT ON INDEX deliveries_latest IS 'The messages to anybody, newest first.';
COMMENT ON INDEX deliveries_contact IS 'The messages to a contact, newest first.';
COMMENT ON INDEX equipment_notices_user IS 'The notices to a user.';
COMMENT ON INDEX deliveries_under_way IS 'Counts what waits, however many messages there ever were.';

CREATE TABLE delivery_receipts (
  receipt_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_key   text NOT NULL REFERENCES deliveries (delivery_key),
  received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  arrival        text NOT NULL,
  provider_id    text NOT NULL,
  provider_code  text,
  UNIQUE (delivery_key, provider_id, arrival)
);
COMMENT ON TABLE delivery_receipts IS 'Status callbacks of providers, each once.';
COMMENT ON COLUMN delivery_receipts.receipt_id IS 'In order of arrival here, which need not be that of their happening.';
COMMENT ON COLUMN delivery_receipts.delivery_key IS 'The message.';
COMMENT ON COLUMN delivery_receipts.received_at IS 'Clock of the database.';
COMMENT ON COLUMN delivery_receipts.arrival IS 'contracts/delivery.ts ARRIVALS.';
COMMENT ON COLUMN delivery_receipts.provider_id IS 'Id that the provider has for it; a repeated try has another one.';
COMMENT ON COLUMN delivery_receipts.provider_code IS 'The provider''s own code; null without one.';
