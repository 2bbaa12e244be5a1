-- A batch is a row and a fence: claimed here first, then started as the workflow of the same id.

CREATE TABLE batches (
  batch_id      uuid PRIMARY KEY,
  placement     text NOT NULL,
  frame_count   integer NOT NULL CHECK (frame_count > 0),
  claimed_at    timestamptz NOT NULL DEFAULT now(),
  deadline_at   timestamptz NOT NULL,
  started_at    timestamptz,
  run_id        text,
  closed_at     timestamptz,
  closed_because text CHECK (closed_because IN ('settled', 'deadline', 'lost', 'refused')),
  CONSTRAINT closed_whole CHECK ((closed_at IS NULL) = (closed_because IS NULL))
);
CREATE INDEX batches_open ON batches (claimed_at) WHERE closed_at IS NULL;
COMMENT ON TABLE batches IS 'What was handed to Temporal together.';
COMMENT ON COLUMN batches.batch_id IS 'UUIDv7; also the workflow id.';
COMMENT ON COLUMN batches.placement IS 'Where its stages run (contracts/stages.ts).';
COMMENT ON COLUMN batches.frame_count IS 'How many frames it was claimed with.';
COMMENT ON COLUMN batches.claimed_at IS 'Clock of the database.';
COMMENT ON COLUMN batches.deadline_at IS 'From then on the reconciler takes its frames back.';
COMMENT ON COLUMN batches.started_at IS 'When Temporal said that the workflow runs; null until then.';
COMMENT ON COLUMN batches.run_id IS 'Temporal run id; null until started.';
COMMENT ON COLUMN batches.closed_at IS 'No stage may write for this batch any more; null while open.';
COMMENT ON COLUMN batches.closed_because IS 'settled: record took its last frame; deadline, lost (Temporal knows it no more or it ended unsettled), refused (Temporal would not start it): the reconciler closed it.';
COMMENT ON INDEX batches_open IS 'In-flight count and the reconciler.';

CREATE TABLE batch_frames (
  batch_id     uuid NOT NULL REFERENCES batches (batch_id) ON DELETE CASCADE,
  position     integer NOT NULL,
  frame_id     uuid NOT NULL,
  captured_at  timestamptz NOT NULL,
  PRIMARY KEY (batch_id, position)
);
CREATE INDEX batch_frames_frame ON batch_frames (frame_id);
COMMENT ON TABLE batch_frames IS 'Which frame stood where in which batch, kept after the batch closed.';
COMMENT ON COLUMN batch_frames.batch_id IS 'The batch.';
COMMENT ON COLUMN batch_frames.position IS 'From 0; how workflow and stages name the frame.';
COMMENT ON COLUMN batch_frames.frame_id IS 'The frame.';
COMMENT ON COLUMN batch_frames.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON INDEX batch_frames_frame IS 'The batches a frame went through.';
