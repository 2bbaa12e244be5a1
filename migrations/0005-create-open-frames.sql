-- The work list: exactly the accepted frames that have no terminal state yet. Small, so that claiming stays cheap while
-- the ledger grows. A row here and the missing state there come and go in one transaction.

CREATE TABLE open_frames (
  frame_id     uuid PRIMARY KEY,
  captured_at  timestamptz NOT NULL,
  device_id    text NOT NULL,
  user_id      text NOT NULL,
  batch_id     uuid,
  alone        boolean NOT NULL DEFAULT false,
  returned_at  timestamptz,
  run          integer NOT NULL DEFAULT 1,
  notify       boolean NOT NULL DEFAULT true,
  opened_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX open_frames_waiting ON open_frames (device_id, captured_at) WHERE batch_id IS NULL;
CREATE INDEX open_frames_claimed ON open_frames (device_id) WHERE batch_id IS NOT NULL;
CREATE INDEX open_frames_batch ON open_frames (batch_id) WHERE batch_id IS NOT NULL;

COMMENT ON TABLE open_frames IS 'Frames on their way: waiting (no batch) or in exactly one batch, which is the fence for every stage write.';
COMMENT ON COLUMN open_frames.frame_id IS 'The frame in the ledger.';
COMMENT ON COLUMN open_frames.captured_at IS 'Of the frame; leads to its partition and orders its lane.';
COMMENT ON COLUMN open_frames.device_id IS 'The lane.';
COMMENT ON COLUMN open_frames.user_id IS 'For fairness between users and for quotas.';
COMMENT ON COLUMN open_frames.batch_id IS 'The batch that holds the frame; null while it waits.';
COMMENT ON COLUMN open_frames.alone IS 'True: must not share its next batch, because a batch with it died.';
COMMENT ON COLUMN open_frames.returned_at IS 'When a batch gave it back; it then goes first in its lane. Null for a frame that waits for the first time.';
COMMENT ON COLUMN open_frames.run IS 'Equals frames.runs: a verdict of an earlier run does not count for this one.';
COMMENT ON COLUMN open_frames.notify IS 'False for replays: judge again, tell nobody.';
COMMENT ON COLUMN open_frames.opened_at IS 'When it was put on the list.';
COMMENT ON INDEX open_frames_waiting IS 'The heads of all lanes.';
COMMENT ON INDEX open_frames_claimed IS 'Whether a lane is busy.';
COMMENT ON INDEX open_frames_batch IS 'The frames of a batch.';
