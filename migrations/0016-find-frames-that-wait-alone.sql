-- Whether any frame waits to run alone is asked at every claim, and there are next to none among what may be many thousands that wait.

CREATE INDEX open_frames_waiting_alone ON open_frames (device_id) WHERE alone AND batch_id IS NULL;
COMMENT ON INDEX open_frames_waiting_alone IS 'Frames that wait for quarantine.';
