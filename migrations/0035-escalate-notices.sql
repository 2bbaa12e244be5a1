-- Equipment notices have a chain of their own: who is told next while nobody answers and the device is not well.

ALTER TABLE equipment_notices
  ADD COLUMN severity         text NOT NULL DEFAULT 'high' CHECK (severity IN ('low', 'medium', 'high', 'critical')),
  ADD COLUMN level            integer NOT NULL DEFAULT 0,
  ADD COLUMN repeats          integer NOT NULL DEFAULT 0,
  ADD COLUMN told_at          timestamptz,
  ADD COLUMN exhausted        boolean NOT NULL DEFAULT false,
  ADD COLUMN escalate_at      timestamptz,
  ADD COLUMN acknowledged_at  timestamptz,
  ADD COLUMN acknowledged_by  text;
-- Notices from before were told to all contacts at once.
UPDATE equipment_notices SET told_at = created_at, exhausted = true WHERE state <> 'suspected';
CREATE INDEX equipment_notices_escalate ON equipment_notices (escalate_at) WHERE escalate_at IS NOT NULL;
COMMENT ON COLUMN equipment_notices.severity IS 'Decides which levels of the chain are told, and which quiet hours it breaks.';
COMMENT ON COLUMN equipment_notices.level IS 'The level of its user''s chain of equipment that was told last, from 0; means nothing while told_at is null.';
COMMENT ON COLUMN equipment_notices.repeats IS 'How often its level was told again.';
COMMENT ON COLUMN equipment_notices.told_at IS 'When its level was told last; null while nobody was told.';
COMMENT ON COLUMN equipment_notices.exhausted IS 'The chain has no further level: nobody answered to the last.';
COMMENT ON COLUMN equipment_notices.escalate_at IS 'When to look who is told next; null when nobody is.';
COMMENT ON COLUMN equipment_notices.acknowledged_at IS 'When somebody took charge: nobody else is told, but that it is well. Null before.';
COMMENT ON COLUMN equipment_notices.acknowledged_by IS 'The key by which that was said; null before.';
COMMENT ON INDEX equipment_notices_escalate IS 'Those of which somebody is to be told next.';
