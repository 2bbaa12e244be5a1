-- Zones and masks of each device.

ALTER TABLE devices ADD COLUMN zones jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN devices.zones IS 'List of contracts/zone.ts Zone: parts of the view that rules speak of, and masks, in which rules see nothing.';

-- For each row, because a PUT of a device that is there is an insert that ends as an update.
CREATE TRIGGER devices_tell AFTER INSERT OR DELETE ON devices FOR EACH ROW EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER devices_tell ON devices IS 'A device that is new or gone; it may come back as that of another user.';
CREATE TRIGGER devices_changed_tell AFTER UPDATE ON devices FOR EACH ROW
WHEN (OLD.zones IS DISTINCT FROM NEW.zones OR OLD.time_zone IS DISTINCT FROM NEW.time_zone
   OR OLD.user_id IS DISTINCT FROM NEW.user_id OR OLD.model IS DISTINCT FROM NEW.model)
EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER devices_changed_tell ON devices IS 'What the judging of its frames depends on has changed.';
