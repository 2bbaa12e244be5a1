-- Which processes are at work, so that status can say who does what and with which detector.

CREATE TABLE workers (
  worker_id   text PRIMARY KEY,
  stages      text[] NOT NULL,
  detector    jsonb,
  started_at  timestamptz NOT NULL DEFAULT now(),
  seen_at     timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE workers IS 'One row per worker, API or dispatcher process; rows not seen for a day are removed.';
COMMENT ON COLUMN workers.worker_id IS 'Host, process id and a random part, as in stage_results.worker.';
COMMENT ON COLUMN workers.stages IS 'What it runs (contracts/stages.ts), or api.';
COMMENT ON COLUMN workers.detector IS 'For a detect worker: model identity and, when it fell back, the sentence that says so. Null for others.';
COMMENT ON COLUMN workers.started_at IS 'Clock of the database.';
COMMENT ON COLUMN workers.seen_at IS 'Last sign of life; older than 30 s is taken for dead.';
