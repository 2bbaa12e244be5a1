-- Since when each device shows the picture that it shows, so that one that hangs can be told from one that looks at a quiet yard.

CREATE TABLE picture_rhythms (
  device_id         text PRIMARY KEY,
  views             jsonb NOT NULL,
  since             timestamptz NOT NULL,
  frames            integer NOT NULL,
  usual_stay_ms     double precision,
  last_captured_at  timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE picture_rhythms IS 'The picture that each device shows now, and its rhythm (policies/picture-rhythm.ts). Moves with the outcomes of validate, in one transaction; goes with the device.';
COMMENT ON COLUMN picture_rhythms.device_id IS 'The device.';
COMMENT ON COLUMN picture_rhythms.views IS 'Signatures of the picture, one for each way in which it was encoded; the blocks of each as base64, two bytes per block, lowest first. Privacy areas are painted over in them.';
COMMENT ON COLUMN picture_rhythms.since IS 'Capture time of the first frame that showed the picture.';
COMMENT ON COLUMN picture_rhythms.frames IS 'How many frames showed it.';
COMMENT ON COLUMN picture_rhythms.usual_stay_ms IS 'For how many milliseconds a picture of the device stays, moving average; null until one was followed by another.';
COMMENT ON COLUMN picture_rhythms.last_captured_at IS 'Capture time of the last frame that moved this row; a write that saw another is refused.';
COMMENT ON COLUMN picture_rhythms.updated_at IS 'Clock of the database.';
