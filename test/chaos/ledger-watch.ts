/**
 * Watches the ledger from the inside: triggers that look at every write and note what must never be, also where a later write would hide it.
 * They refuse nothing, so what is watched runs as it would without them.
 */
import type { Pool } from '../../adapters/postgres/pool.ts';

const WATCHES = `
CREATE TABLE chaos_violations (law text NOT NULL, frame_id uuid, batch_id uuid, noted_at timestamptz NOT NULL DEFAULT clock_timestamp());

CREATE FUNCTION chaos_lane() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF (SELECT count(DISTINCT batch_id) FROM open_frames WHERE device_id = NEW.device_id AND batch_id IS NOT NULL) > 1 THEN
    INSERT INTO chaos_violations VALUES ('a lane has one batch in flight', NEW.frame_id, NEW.batch_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_lane AFTER UPDATE OF batch_id ON open_frames FOR EACH ROW WHEN (NEW.batch_id IS NOT NULL) EXECUTE FUNCTION chaos_lane();

CREATE FUNCTION chaos_fence() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM open_frames open JOIN batches batch USING (batch_id)
                 WHERE open.frame_id = NEW.frame_id AND open.batch_id = NEW.batch_id AND batch.closed_at IS NULL) THEN
    INSERT INTO chaos_violations VALUES ('a stage writes only while its batch holds the frame: ' || TG_ARGV[0], NEW.frame_id, NEW.batch_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_fence AFTER INSERT ON stage_results FOR EACH ROW WHEN (NEW.stage <> 'record') EXECUTE FUNCTION chaos_fence('stage result');
CREATE TRIGGER chaos_fence AFTER INSERT OR UPDATE ON frame_detections FOR EACH ROW EXECUTE FUNCTION chaos_fence('detections');
CREATE TRIGGER chaos_fence AFTER INSERT ON frame_verdicts FOR EACH ROW EXECUTE FUNCTION chaos_fence('verdicts');

CREATE FUNCTION chaos_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_violations VALUES ('a terminal state is for good: ' || OLD.state || ' became ' || coalesce(NEW.state, 'open'), NEW.frame_id, NEW.settled_by);
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_once AFTER UPDATE OF state ON frames FOR EACH ROW WHEN (OLD.state IS NOT NULL) EXECUTE FUNCTION chaos_once();

CREATE FUNCTION chaos_delivered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO chaos_violations (law) VALUES ('a delivered message stays delivered: ' || NEW.delivery_key);
  RETURN NULL;
END $$;
CREATE TRIGGER chaos_delivered AFTER UPDATE OF state ON deliveries FOR EACH ROW
  WHEN (OLD.state = 'delivered' AND NEW.state <> 'delivered') EXECUTE FUNCTION chaos_delivered();`;

export async function watchLedger(pool: Pool): Promise<void> {
  await pool.query(WATCHES);
}

/** One line per breach. */
export async function violations(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ law: string; frame_id: string | null; batch_id: string | null }>('SELECT law, frame_id, batch_id FROM chaos_violations ORDER BY noted_at');
  return rows.map(({ law, frame_id: frame, batch_id: batch }) => `${law}${frame ? ` (frame ${frame}, batch ${batch})` : ''}`);
}
