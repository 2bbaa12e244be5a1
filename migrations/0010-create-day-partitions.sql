-- Makes the partition of a day for every table that is cut by capture day. Called at migrate and by the dispatcher.

CREATE FUNCTION ensure_day_partitions(first_day date, last_day date) RETURNS integer
LANGUAGE plpgsql
-- Bounds are days of UTC, whatever zone the session is in.
SET TimeZone = 'UTC'
AS $$
DECLARE
  parent   text;
  day      date;
  child    text;
  made     integer := 0;
BEGIN
  -- One maker at a time: two would race between the look and the CREATE.
  PERFORM pg_advisory_xact_lock(hashtext('ensure_day_partitions'));
  -- In the order in which the stages lock them, or the two could wait for each other.
  FOREACH parent IN ARRAY ARRAY['stage_results', 'frame_detections', 'frame_verdicts', 'frames'] LOOP
    FOR day IN SELECT generate_series(first_day, last_day, interval '1 day')::date LOOP
      child := parent || '_' || to_char(day, 'YYYYMMDD');
      CONTINUE WHEN to_regclass(child) IS NOT NULL;
      -- Rows of that day that went to the default partition would make ATTACH fail: they move first, in the same
      -- transaction, and nobody may add one in between.
      -- The parent first: an insert that was routed before the new partition was there would land in the wrong place.
      EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', parent);
      EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', parent || '_default');
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', child, parent);
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE captured_at >= %L AND captured_at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                     parent || '_default', day::timestamptz, (day + 1)::timestamptz, child);
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, day::timestamptz, (day + 1)::timestamptz);
      made := made + 1;
    END LOOP;
  END LOOP;
  RETURN made;
END $$;
COMMENT ON FUNCTION ensure_day_partitions(date, date) IS 'Creates missing day partitions (UTC) of frames, stage_results, frame_detections and frame_verdicts; returns how many. Safe to repeat and to run at once.';
