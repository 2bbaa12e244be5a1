-- Keys of the HTTP API. Only hashes are kept: a key is 256 random bits, so a plain SHA-256 cannot be turned back.

CREATE TABLE api_keys (
  key_id      uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  key_sha256  bytea NOT NULL UNIQUE,
  role        text NOT NULL CHECK (role IN ('ingest', 'customer', 'admin', 'ops')),
  user_id     text REFERENCES users (user_id),
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz
);
COMMENT ON TABLE api_keys IS 'Who may call the HTTP API, and as what.';
COMMENT ON COLUMN api_keys.key_id IS 'Names the key in logs and audit; no secret.';
COMMENT ON COLUMN api_keys.key_sha256 IS 'SHA-256 of the whole key text.';
COMMENT ON COLUMN api_keys.role IS 'ingest hands over frames; customer reads its own; admin writes accounts and rules; ops runs the plant.';
COMMENT ON COLUMN api_keys.user_id IS 'Limits the key to this user; null is every user.';
COMMENT ON COLUMN api_keys.created_at IS 'Clock of the database.';
COMMENT ON COLUMN api_keys.revoked_at IS 'From then on the key is refused; null while valid.';
