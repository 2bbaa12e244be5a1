-- What was accepted under an Idempotency-Key, so that the same key gets the same answer, and never a second frame.

CREATE TABLE idempotency_keys (
  api_key_id       uuid NOT NULL,
  idempotency_key  text NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 140),
  frame_id         uuid NOT NULL,
  device_id        text NOT NULL,
  captured_at      timestamptz NOT NULL,
  duplicate        boolean NOT NULL,
  kept_at          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (api_key_id, idempotency_key)
);
CREATE INDEX idempotency_keys_kept_at ON idempotency_keys (kept_at);
COMMENT ON TABLE idempotency_keys IS 'The frame that each Idempotency-Key led to, committed together with the frame. What was refused leaves no row.';
COMMENT ON COLUMN idempotency_keys.api_key_id IS 'The API key that it was sent with: two camera services that both count from 1 do not meet. No foreign key: rows outlive a deleted key until they expire.';
COMMENT ON COLUMN idempotency_keys.idempotency_key IS 'As sent; of a parcel without keys of its own, its key, a space and the index of the frame.';
COMMENT ON COLUMN idempotency_keys.frame_id IS 'The frame.';
COMMENT ON COLUMN idempotency_keys.device_id IS 'Its device; with captured_at the primary key of the frame.';
COMMENT ON COLUMN idempotency_keys.captured_at IS 'Moment of the frame; leads to its partition.';
COMMENT ON COLUMN idempotency_keys.duplicate IS 'True when the first answer under this key was that the frame had been accepted before.';
COMMENT ON COLUMN idempotency_keys.kept_at IS 'When the key was first accepted, by the clock of the database; it expires a setting later.';
COMMENT ON INDEX idempotency_keys_kept_at IS 'Keys that are of age.';
