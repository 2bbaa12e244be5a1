-- How busy detection is, from the processes that do it: what the dispatcher sizes its batches by.

ALTER TABLE workers ADD COLUMN detect_slots integer;
ALTER TABLE workers ADD COLUMN detect_frame_ms double precision;
ALTER TABLE workers ADD COLUMN detect_idle_share double precision;
COMMENT ON COLUMN workers.detect_slots IS 'Batches that this process detects in at once; null where it does not run the stage detect.';
COMMENT ON COLUMN workers.detect_frame_ms IS 'Moving average of what one frame costs this process with all its threads at work; null until it has seen one.';
COMMENT ON COLUMN workers.detect_idle_share IS 'Share of its threads'' time since the last sign of life in which there was nothing to detect, 0..1; null where it does not run the stage detect.';
