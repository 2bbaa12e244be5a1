-- Which pictures are kept for settled frames, so that their bytes can go when they are of age or room is needed. Apart from the ledger: a
-- look for what may go costs the same however many frames the ledger holds, and no frame is written once more when its picture goes.

CREATE TABLE kept_pictures (
  frame_id     uuid NOT NULL,
  sha256       bytea NOT NULL,
  captured_at  timestamptz NOT NULL,
  raw          boolean NOT NULL,
  standard     boolean NOT NULL,
  state        text NOT NULL,
  settled_at   timestamptz NOT NULL,
  PRIMARY KEY (frame_id, sha256)
);
CREATE INDEX kept_pictures_sha256 ON kept_pictures (sha256);
CREATE INDEX kept_pictures_line ON kept_pictures (standard, settled_at, frame_id) WHERE state <> 'failed';
COMMENT ON TABLE kept_pictures IS 'Pictures in the frame store that settled frames hold. A row goes in the transaction that is committed after the bytes were removed, or when other frames hold the same bytes and this one need not.';
COMMENT ON COLUMN kept_pictures.frame_id IS 'The frame that holds the picture.';
COMMENT ON COLUMN kept_pictures.sha256 IS 'Name of the picture in the frame store.';
COMMENT ON COLUMN kept_pictures.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN kept_pictures.raw IS 'True: the bytes as received, which a replay reads.';
COMMENT ON COLUMN kept_pictures.standard IS 'True: the standardised picture. Both are true where they are the same bytes.';
COMMENT ON COLUMN kept_pictures.state IS 'Terminal state of the frame when the row was last written; a failed frame keeps its pictures.';
COMMENT ON COLUMN kept_pictures.settled_at IS 'When the frame was last settled; its age counts from then.';
COMMENT ON INDEX kept_pictures_sha256 IS 'Who else holds these bytes.';
COMMENT ON INDEX kept_pictures_line IS 'The oldest that may go.';

ALTER TABLE batches ADD COLUMN pictures_noted boolean NOT NULL DEFAULT false;
CREATE INDEX batches_unnoted ON batches (batch_id) WHERE NOT pictures_noted;
COMMENT ON COLUMN batches.pictures_noted IS 'True once the pictures of the frames that it settled stand in kept_pictures.';
COMMENT ON INDEX batches_unnoted IS 'What retention has yet to note; with the open ones, the frames whose pictures a stage may be about to write.';

CREATE INDEX frames_open_sha256 ON frames (sha256) WHERE state IS NULL;
COMMENT ON INDEX frames_open_sha256 IS 'Whether a frame on its way needs these bytes; empty in partitions where all is settled.';

CREATE INDEX invalid_frames_sha256 ON invalid_frames (sha256);
CREATE INDEX invalid_frames_expires ON invalid_frames (expires_at);
COMMENT ON INDEX invalid_frames_sha256 IS 'Whether a refused frame holds these bytes.';
COMMENT ON INDEX invalid_frames_expires IS 'Rows whose time is over.';

CREATE TABLE picture_removals (
  cause     text PRIMARY KEY CHECK (cause IN ('raw_age', 'standard_age', 'budget', 'expired', 'orphan', 'result_age')),
  files     bigint NOT NULL,
  bytes     bigint NOT NULL,
  last_at   timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE picture_removals IS 'Running totals of what retention removed from the frame store.';
COMMENT ON COLUMN picture_removals.cause IS 'raw_age, standard_age, result_age: of age; budget: before its age, to make room; expired: a refused frame whose time in the repository is over; orphan: bytes that no row refers to.';
COMMENT ON COLUMN picture_removals.files IS 'How many files.';
COMMENT ON COLUMN picture_removals.bytes IS 'How many bytes.';
COMMENT ON COLUMN picture_removals.last_at IS 'When the last of them went; clock of the database.';
