-- What is wrong with the equipment, as people look at it: refused frames in order of time, and notices to the owner of a device that shows nothing.

CREATE INDEX invalid_frames_refused ON invalid_frames (refused_at, frame_id);
CREATE INDEX invalid_frames_user ON invalid_frames (user_id, refused_at);
COMMENT ON INDEX invalid_frames_refused IS 'The latest refusals of all devices.';
COMMENT ON INDEX invalid_frames_user IS 'The latest refusals of one user.';

CREATE TABLE equipment_notices (
  notice_id       uuid PRIMARY KEY,
  kind            text NOT NULL,
  device_id       text NOT NULL,
  user_id         text NOT NULL,
  state           text NOT NULL CHECK (state IN ('suspected', 'open', 'closed')),
  reason          text NOT NULL,
  since           timestamptz NOT NULL,
  last_at         timestamptz NOT NULL,
  frames          integer NOT NULL CHECK (frames > 0),
  first_frame_id  uuid NOT NULL,
  well_since      timestamptz,
  seen_until      timestamptz NOT NULL,
  opened_at       timestamptz,
  next_due_at     timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now(),
  closed_at       timestamptz,
  CONSTRAINT opened_unless_suspected CHECK ((state = 'suspected') = (opened_at IS NULL)),
  CONSTRAINT closed_whole CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX equipment_notices_one_open ON equipment_notices (device_id, kind) WHERE state <> 'closed';
CREATE INDEX equipment_notices_latest ON equipment_notices (device_id, kind, opened_at);
CREATE INDEX equipment_notices_due ON equipment_notices (next_due_at) WHERE next_due_at IS NOT NULL;
COMMENT ON TABLE equipment_notices IS 'A stretch of frames of one device that say that its equipment is at fault, told to its owner as one thing.';
COMMENT ON COLUMN equipment_notices.notice_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN equipment_notices.kind IS 'One of contracts/equipment-notice.ts NOTICE_KINDS.';
COMMENT ON COLUMN equipment_notices.device_id IS 'Where. No foreign key: notices outlive devices.';
COMMENT ON COLUMN equipment_notices.user_id IS 'Who is told: the owner when the first frame was accepted.';
COMMENT ON COLUMN equipment_notices.state IS 'suspected: too little yet to tell anybody, and gone with the next good frame; open: told; closed: good frames came again for a while, or the device went or changed hands. At most one not closed per device and kind.';
COMMENT ON COLUMN equipment_notices.reason IS 'Failure code of its latest frame.';
COMMENT ON COLUMN equipment_notices.since IS 'Capture time of its first frame.';
COMMENT ON COLUMN equipment_notices.last_at IS 'Capture time of its latest frame.';
COMMENT ON COLUMN equipment_notices.frames IS 'How many frames it has.';
COMMENT ON COLUMN equipment_notices.first_frame_id IS 'Its first frame.';
COMMENT ON COLUMN equipment_notices.well_since IS 'Capture time of the first good frame after its latest one; null while there is none.';
COMMENT ON COLUMN equipment_notices.seen_until IS 'Capture time of the latest frame that moved it: frames up to then move it no more, so a repeated try counts none twice.';
COMMENT ON COLUMN equipment_notices.opened_at IS 'Capture time of the frame with which it was told; null while suspected.';
COMMENT ON COLUMN equipment_notices.next_due_at IS 'When its next message is due; the sweep rings for those past it. Null when none waits.';
COMMENT ON COLUMN equipment_notices.created_at IS 'Clock of the database.';
COMMENT ON COLUMN equipment_notices.closed_at IS 'When it was closed, clock of the database; null before.';
COMMENT ON INDEX equipment_notices_one_open IS 'What a batch asks of its devices; and the lock that makes two workers open one notice, not two.';
COMMENT ON INDEX equipment_notices_latest IS 'The last notice of a device, which the next one keeps its distance from.';
COMMENT ON INDEX equipment_notices_due IS 'The sweep.';

ALTER TABLE deliveries
  ALTER COLUMN incident_id DROP NOT NULL,
  ADD COLUMN notice_id uuid REFERENCES equipment_notices (notice_id),
  ADD CONSTRAINT about_one_thing CHECK ((incident_id IS NULL) <> (notice_id IS NULL));
CREATE INDEX deliveries_notice ON deliveries (notice_id) WHERE notice_id IS NOT NULL;
COMMENT ON COLUMN deliveries.delivery_key IS 'Made by contracts/delivery.ts from what it is about and to whom; handed to the provider as idempotency key.';
COMMENT ON COLUMN deliveries.incident_id IS 'About which incident; null when it is about a notice.';
COMMENT ON COLUMN deliveries.notice_id IS 'About which equipment notice; null when it is about an incident.';
COMMENT ON INDEX deliveries_notice IS 'The messages of a notice.';
