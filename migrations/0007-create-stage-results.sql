-- What the stages wrote: timings and outcomes, detections, verdicts, and the repository of refused frames.

CREATE TABLE stage_results (
  frame_id     uuid NOT NULL,
  captured_at  timestamptz NOT NULL,
  batch_id     uuid NOT NULL,
  stage        text NOT NULL,
  outcome      text NOT NULL CHECK (outcome IN ('done', 'refused', 'retry', 'failed')),
  code         text,
  detail       text,
  started_at   timestamptz NOT NULL,
  finished_at  timestamptz NOT NULL,
  worker       text NOT NULL,
  PRIMARY KEY (frame_id, captured_at, batch_id, stage)
) PARTITION BY RANGE (captured_at);
CREATE TABLE stage_results_default PARTITION OF stage_results DEFAULT;
COMMENT ON TABLE stage_results IS 'One row per frame, batch and stage. The first write wins, so a repeated try changes nothing.';
COMMENT ON COLUMN stage_results.frame_id IS 'The frame.';
COMMENT ON COLUMN stage_results.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN stage_results.batch_id IS 'The batch that held the frame then.';
COMMENT ON COLUMN stage_results.stage IS 'One of contracts/stages.ts FRAME_STAGES.';
COMMENT ON COLUMN stage_results.outcome IS 'done; refused: the frame is no good; retry: back to the ledger; failed: this stage cannot do this frame.';
COMMENT ON COLUMN stage_results.code IS 'Failure code; null when done.';
COMMENT ON COLUMN stage_results.detail IS 'For people; null when done.';
COMMENT ON COLUMN stage_results.started_at IS 'Clock of the worker.';
COMMENT ON COLUMN stage_results.finished_at IS 'Clock of the worker.';
COMMENT ON COLUMN stage_results.worker IS 'Host and process that did it.';
COMMENT ON TABLE stage_results_default IS 'Days without a partition of their own.';

CREATE TABLE frame_detections (
  frame_id     uuid NOT NULL,
  captured_at  timestamptz NOT NULL,
  batch_id     uuid NOT NULL,
  model        jsonb NOT NULL,
  width        integer NOT NULL,
  height       integer NOT NULL,
  detections   jsonb NOT NULL,
  file_path    text NOT NULL,
  detected_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (frame_id, captured_at)
) PARTITION BY RANGE (captured_at);
CREATE TABLE frame_detections_default PARTITION OF frame_detections DEFAULT;
COMMENT ON TABLE frame_detections IS 'What the detector saw, the latest run only; the same stands as JSON in the results folder.';
COMMENT ON COLUMN frame_detections.frame_id IS 'The frame.';
COMMENT ON COLUMN frame_detections.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN frame_detections.batch_id IS 'The batch that detected.';
COMMENT ON COLUMN frame_detections.model IS 'Name, version, sha256, runtime and calibration (contracts/detection.ts ModelIdentity).';
COMMENT ON COLUMN frame_detections.width IS 'Pixels that the boxes refer to.';
COMMENT ON COLUMN frame_detections.height IS 'Pixels that the boxes refer to.';
COMMENT ON COLUMN frame_detections.detections IS 'List of label, score, probability, box [x, y, width, height]; highest probability first.';
COMMENT ON COLUMN frame_detections.file_path IS 'Path of the JSON below the results folder: /<user>-<device>/<time>.json.';
COMMENT ON COLUMN frame_detections.detected_at IS 'Clock of the database.';
COMMENT ON TABLE frame_detections_default IS 'Days without a partition of their own.';

CREATE TABLE frame_verdicts (
  frame_id     uuid NOT NULL,
  captured_at  timestamptz NOT NULL,
  run          integer NOT NULL,
  batch_id     uuid NOT NULL,
  verdicts     jsonb NOT NULL,
  matched      boolean NOT NULL,
  judged_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (frame_id, captured_at, run)
) PARTITION BY RANGE (captured_at);
CREATE TABLE frame_verdicts_default PARTITION OF frame_verdicts DEFAULT;
COMMENT ON TABLE frame_verdicts IS 'What the rules said, once per frame and run: a stored verdict wins over a repeated try, so device memory moves once.';
COMMENT ON COLUMN frame_verdicts.frame_id IS 'The frame.';
COMMENT ON COLUMN frame_verdicts.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN frame_verdicts.run IS 'Run of the frame that was judged; replays count up.';
COMMENT ON COLUMN frame_verdicts.batch_id IS 'The batch that judged.';
COMMENT ON COLUMN frame_verdicts.verdicts IS 'List of contracts/verdict.ts Verdict, one per assigned rule.';
COMMENT ON COLUMN frame_verdicts.matched IS 'True when any rule matched.';
COMMENT ON COLUMN frame_verdicts.judged_at IS 'Clock of the database.';
COMMENT ON TABLE frame_verdicts_default IS 'Days without a partition of their own.';

CREATE TABLE device_memory (
  device_id   text PRIMARY KEY,
  memory      jsonb NOT NULL,
  revision    bigint NOT NULL,
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE device_memory IS 'What the rules remember of a device between frames (policies/device-memory.ts). Moves with the verdict, in one transaction.';
COMMENT ON COLUMN device_memory.device_id IS 'The device.';
COMMENT ON COLUMN device_memory.memory IS 'Bounded JSON; opaque to SQL.';
COMMENT ON COLUMN device_memory.revision IS 'Counts moves; a write that saw an older revision is refused.';
COMMENT ON COLUMN device_memory.updated_at IS 'Clock of the database.';

CREATE TABLE invalid_frames (
  frame_id     uuid PRIMARY KEY,
  captured_at  timestamptz NOT NULL,
  device_id    text NOT NULL,
  user_id      text NOT NULL,
  reason       text NOT NULL,
  detail       text NOT NULL,
  sha256       bytea NOT NULL,
  refused_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL
);
CREATE INDEX invalid_frames_device ON invalid_frames (device_id, refused_at);
COMMENT ON TABLE invalid_frames IS 'Repository of refused frames: what came and why it was no good.';
COMMENT ON COLUMN invalid_frames.frame_id IS 'The frame.';
COMMENT ON COLUMN invalid_frames.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN invalid_frames.device_id IS 'The device.';
COMMENT ON COLUMN invalid_frames.user_id IS 'The owner.';
COMMENT ON COLUMN invalid_frames.reason IS 'Failure code of kind refused.';
COMMENT ON COLUMN invalid_frames.detail IS 'For people: what exactly was wrong.';
COMMENT ON COLUMN invalid_frames.sha256 IS 'Name of the bytes in the frame store.';
COMMENT ON COLUMN invalid_frames.refused_at IS 'Clock of the database.';
COMMENT ON COLUMN invalid_frames.expires_at IS 'From then on row and bytes may go.';
COMMENT ON INDEX invalid_frames_device IS 'Refusals of one device in order of time.';
