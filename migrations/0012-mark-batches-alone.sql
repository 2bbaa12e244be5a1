-- Batches of one frame that must not share a worker, so that their own limit can be held and a restart sends them to quarantine again.

ALTER TABLE batches ADD COLUMN alone boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN batches.alone IS 'One frame that runs in quarantine, because a batch with it came to nothing before.';
