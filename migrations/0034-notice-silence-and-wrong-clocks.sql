-- Devices that send nothing and devices whose clock is wrong, beside those that show nothing; since when frames could be accepted at all; and the canary.

ALTER TABLE devices
  ADD COLUMN silent_after_seconds  integer CHECK (silent_after_seconds >= 0),
  ADD COLUMN enabled_since         timestamptz NOT NULL DEFAULT now();
ALTER TABLE users ADD COLUMN enabled_since timestamptz NOT NULL DEFAULT now();
COMMENT ON COLUMN devices.silent_after_seconds IS 'How long it may send nothing before its owner is told; null: the setting; 0: for ever.';
COMMENT ON COLUMN devices.enabled_since IS 'When it was last switched on: before that no frame could be expected of it.';
COMMENT ON COLUMN users.enabled_since IS 'When the user was last switched on: before that no frame could be expected of its devices.';

ALTER TABLE frame_counts ADD COLUMN last_accepted_at timestamptz;
COMMENT ON COLUMN frame_counts.last_accepted_at IS 'Acceptance of the latest of them; null of frames that were settled before this was kept. With the work list it says when a device was last heard.';

CREATE TABLE refused_uploads (
  device_id    text PRIMARY KEY,
  refused_at   timestamptz NOT NULL,
  code         text,
  uploads      integer NOT NULL DEFAULT 0,
  first_at     timestamptz,
  last_at      timestamptz,
  off_seconds  bigint,
  CONSTRAINT streak_whole CHECK ((code IS NULL) = (uploads = 0) AND (code IS NULL) = (first_at IS NULL) AND (code IS NULL) = (last_at IS NULL) AND (code IS NULL) = (off_seconds IS NULL))
);
COMMENT ON TABLE refused_uploads IS 'Devices of which an upload was answered with a refusal, and so never came to the ledger. One row per device, written every few seconds at most.';
COMMENT ON COLUMN refused_uploads.device_id IS 'Which was known and enabled. No foreign key: a device may go at any time.';
COMMENT ON COLUMN refused_uploads.refused_at IS 'The latest, whatever for: a device that is refused is not silent. Clock of the database.';
COMMENT ON COLUMN refused_uploads.code IS 'Why the latest of the streak was refused: captured_at_too_late or captured_at_too_early; null where none was refused for its time.';
COMMENT ON COLUMN refused_uploads.uploads IS 'Uploads of the streak: refused for their time, one soon after the other.';
COMMENT ON COLUMN refused_uploads.first_at IS 'When its first was refused; null without a streak.';
COMMENT ON COLUMN refused_uploads.last_at IS 'When its latest was refused; null without a streak.';
COMMENT ON COLUMN refused_uploads.off_seconds IS 'How far the capture time of the latest lay ahead of our clock, negative when behind; null without a streak.';

ALTER TABLE workers ADD COLUMN url text;
COMMENT ON COLUMN workers.url IS 'Where an API process answers, as seen from its own machine; null for others.';

CREATE TABLE open_door (
  only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  open_since  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL
);
COMMENT ON TABLE open_door IS 'The stretch of time in which frames could be accepted: at least one API process lived and had this database. One row.';
COMMENT ON COLUMN open_door.only_row IS 'Always true, so that there is one row.';
COMMENT ON COLUMN open_door.open_since IS 'Since when, without a gap. Whoever was not heard before that may have tried in vain.';
COMMENT ON COLUMN open_door.seen_at IS 'Last sign of life of any API process.';

ALTER TABLE equipment_notices
  ALTER COLUMN first_frame_id DROP NOT NULL,
  DROP CONSTRAINT equipment_notices_frames_check,
  ADD CONSTRAINT equipment_notices_frames_check CHECK (frames > 0 OR kind <> 'void' AND frames = 0),
  ADD COLUMN off_seconds   bigint,
  ADD COLUMN right_frames  integer NOT NULL DEFAULT 0,
  ADD COLUMN told_with     uuid REFERENCES equipment_notices (notice_id),
  ADD COLUMN well_with     uuid REFERENCES equipment_notices (notice_id);
CREATE INDEX equipment_notices_told_with ON equipment_notices (told_with) WHERE told_with IS NOT NULL;
CREATE INDEX equipment_notices_well_with ON equipment_notices (well_with) WHERE well_with IS NOT NULL;
CREATE INDEX equipment_notices_told ON equipment_notices (user_id, kind, opened_at);
COMMENT ON TABLE equipment_notices IS 'A stretch of time in which the equipment of one device is at fault, told to its owner as one thing.';
COMMENT ON COLUMN equipment_notices.user_id IS 'Who is told: the owner when it began.';
COMMENT ON COLUMN equipment_notices.state IS 'suspected: too little yet to tell anybody, and gone with the next good frame; open: told; closed: good frames came again, or the device went, was switched off or changed hands. At most one not closed per device and kind.';
COMMENT ON COLUMN equipment_notices.reason IS 'Failure code of its latest frame, or one of contracts/equipment-notice.ts NOTICE_REASONS.';
COMMENT ON COLUMN equipment_notices.since IS 'void: capture time of its first frame. silent: when the device was last heard. clock: acceptance or refusal of its first frame, because capture times are what is wrong.';
COMMENT ON COLUMN equipment_notices.last_at IS 'By the same clock, of its latest frame; of silent the same as since.';
COMMENT ON COLUMN equipment_notices.frames IS 'How many frames it has: void ones, or ones of a wrong time; none of silent.';
COMMENT ON COLUMN equipment_notices.first_frame_id IS 'Its first frame; null of silent, and of clock where the frames were refused at the door.';
COMMENT ON COLUMN equipment_notices.well_since IS 'When the first good frame came after its latest one, by the clock of since; null while there is none.';
COMMENT ON COLUMN equipment_notices.seen_until IS 'Capture time of the latest frame that moved it: frames up to then move it no more, so a repeated try counts none twice. Where no frame moved it, our clock.';
COMMENT ON COLUMN equipment_notices.opened_at IS 'When it was told, by the clock of since; null while suspected.';
COMMENT ON COLUMN equipment_notices.off_seconds IS 'clock: how far the latest frame lay ahead of our clock, negative when behind. Null otherwise.';
COMMENT ON COLUMN equipment_notices.right_frames IS 'clock: frames with a right time since the latest with a wrong one.';
COMMENT ON COLUMN equipment_notices.told_with IS 'silent: the notice whose messages name this device too, its own where it is the one that is told; several devices of one user make one message. Null otherwise.';
COMMENT ON COLUMN equipment_notices.well_with IS 'silent: the same for the message that devices send again; null before, and where nobody was told.';
COMMENT ON INDEX equipment_notices_told_with IS 'Which devices a message names.';
COMMENT ON INDEX equipment_notices_well_with IS 'Which devices a message names.';
COMMENT ON INDEX equipment_notices_told IS 'When a user was last told of silence.';

CREATE TABLE canary_watch (
  only_row    boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  sent_at     timestamptz,
  settled_at  timestamptz,
  alarm_id    uuid,
  alarm_at    timestamptz,
  told_at     timestamptz,
  tellings    integer NOT NULL DEFAULT 0,
  CONSTRAINT alarm_whole CHECK ((alarm_id IS NULL) = (alarm_at IS NULL))
);
INSERT INTO canary_watch DEFAULT VALUES;
COMMENT ON TABLE canary_watch IS 'The canary: when a frame of it was last sent, when one last came through, and the alarm to operations while none does. One row.';
COMMENT ON COLUMN canary_watch.only_row IS 'Always true, so that there is one row.';
COMMENT ON COLUMN canary_watch.sent_at IS 'When a process last took the turn to send one; keeps several of them from sending at once. Null before the first.';
COMMENT ON COLUMN canary_watch.settled_at IS 'When the latest came through, as far as was looked; null before the first.';
COMMENT ON COLUMN canary_watch.alarm_id IS 'UUIDv7 of the alarm under way; null while all is well.';
COMMENT ON COLUMN canary_watch.alarm_at IS 'When it began; null with it.';
COMMENT ON COLUMN canary_watch.told_at IS 'When operations were last told of it; null when they were not.';
COMMENT ON COLUMN canary_watch.tellings IS 'How often they were told of it.';
