-- The ledger: one row per accepted frame, for good. Partitioned by day of capture (UTC), so that retention drops whole
-- tables and a look-up by id, which carries the capture time, reads one partition.

CREATE TABLE frames (
  frame_id           uuid NOT NULL,
  captured_at        timestamptz NOT NULL,
  given_captured_at  timestamptz NOT NULL,
  device_id          text NOT NULL,
  user_id            text NOT NULL,
  time_zone          text NOT NULL,
  tag                text NOT NULL,
  sha256             bytea NOT NULL,
  size_bytes         integer NOT NULL,
  media_type         text NOT NULL,
  accepted_at        timestamptz NOT NULL DEFAULT now(),
  state              text CHECK (state IN ('rejected', 'no_match', 'suppressed', 'alerted', 'failed')),
  reason             text,
  stage              text,
  settled_at         timestamptz,
  settled_by         uuid,
  standard_sha256    bytea,
  width              integer,
  height             integer,
  standard_width     integer,
  standard_height    integer,
  warnings           text[] NOT NULL DEFAULT '{}',
  late               boolean NOT NULL DEFAULT false,
  runs               integer NOT NULL DEFAULT 1,
  PRIMARY KEY (device_id, captured_at),
  CONSTRAINT settled_whole CHECK ((state IS NULL) = (settled_at IS NULL))
) PARTITION BY RANGE (captured_at);
CREATE INDEX frames_frame_id ON frames (frame_id);
CREATE INDEX frames_user_accepted ON frames (user_id, accepted_at);
CREATE INDEX frames_failed ON frames (settled_at) WHERE state = 'failed';
CREATE TABLE frames_default PARTITION OF frames DEFAULT;

COMMENT ON TABLE frames IS 'Ledger of accepted frames: each ends in exactly one terminal state. A row exists before the 202 is sent.';
COMMENT ON COLUMN frames.frame_id IS 'UUIDv7 of the capture time (contracts/frame.ts), so that an id leads to its partition.';
COMMENT ON COLUMN frames.captured_at IS 'The moment in the tag: as given, or the next free microsecond where other bytes of the device hold it. Unique per device.';
COMMENT ON COLUMN frames.given_captured_at IS 'Capture time as the camera service sent it, cut to microseconds.';
COMMENT ON COLUMN frames.device_id IS 'The device. No foreign key: the ledger outlives devices.';
COMMENT ON COLUMN frames.user_id IS 'Owner of the device at acceptance.';
COMMENT ON COLUMN frames.time_zone IS 'Zone of the device at acceptance.';
COMMENT ON COLUMN frames.tag IS 'user-device-time-zone (contracts/tag.ts); names the picture and everything made from it.';
COMMENT ON COLUMN frames.sha256 IS 'Of the bytes as received; their name in the frame store.';
COMMENT ON COLUMN frames.size_bytes IS 'Of the bytes as received.';
COMMENT ON COLUMN frames.media_type IS 'As the sender declared it; validate looks at the bytes themselves.';
COMMENT ON COLUMN frames.accepted_at IS 'Clock of the database at acceptance.';
COMMENT ON COLUMN frames.state IS 'Terminal state; null while the frame is on its way.';
COMMENT ON COLUMN frames.reason IS 'Code for rejected and failed, cause for suppressed; null otherwise.';
COMMENT ON COLUMN frames.stage IS 'Stage that refused or failed the frame; null otherwise.';
COMMENT ON COLUMN frames.settled_at IS 'When the terminal state was set.';
COMMENT ON COLUMN frames.settled_by IS 'Batch that set it.';
COMMENT ON COLUMN frames.standard_sha256 IS 'Of the standardised picture in the frame store; null until validated.';
COMMENT ON COLUMN frames.width IS 'Pixels of the upright original; boxes refer to it.';
COMMENT ON COLUMN frames.height IS 'Pixels of the upright original.';
COMMENT ON COLUMN frames.standard_width IS 'Pixels of the standardised picture.';
COMMENT ON COLUMN frames.standard_height IS 'Pixels of the standardised picture.';
COMMENT ON COLUMN frames.warnings IS 'What validate noticed and let pass.';
COMMENT ON COLUMN frames.late IS 'True when it was judged after a frame of the same device with a later capture time.';
COMMENT ON COLUMN frames.runs IS 'How often it was sent through the pipeline: 1, and one more per replay.';
COMMENT ON INDEX frames_frame_id IS 'Status look-ups.';
COMMENT ON INDEX frames_user_accepted IS 'Accounting per user and hour.';
COMMENT ON INDEX frames_failed IS 'Failed frames, newest first.';
COMMENT ON TABLE frames_default IS 'Frames of days without a partition of their own, such as late uploads.';
