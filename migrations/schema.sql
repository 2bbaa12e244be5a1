-- The whole schema, for reading: made by `npm run schema:dump` from a database that has all migrations.
-- Never edit it, and never install from it: `watchpost migrate` also notes which migrations a database has.

CREATE TABLE batches (
  batch_id        uuid        NOT NULL,
  placement       text        NOT NULL,
  frame_count     integer     NOT NULL,
  claimed_at      timestamptz NOT NULL DEFAULT now(),
  deadline_at     timestamptz NOT NULL,
  started_at      timestamptz,
  run_id          text,
  closed_at       timestamptz,
  closed_because  text,
  alone           boolean     NOT NULL DEFAULT false,
  pictures_noted  boolean     NOT NULL DEFAULT false,
  CONSTRAINT batches_pkey PRIMARY KEY (batch_id),
  CONSTRAINT batches_closed_because_check CHECK (closed_because = ANY (ARRAY['settled'::text, 'deadline'::text, 'lost'::text, 'refused'::text])),
  CONSTRAINT batches_frame_count_check CHECK (frame_count > 0),
  CONSTRAINT closed_whole CHECK ((closed_at IS NULL) = (closed_because IS NULL))
);
CREATE INDEX batches_open ON batches USING btree (claimed_at) WHERE closed_at IS NULL;
CREATE INDEX batches_unnoted ON batches USING btree (batch_id) WHERE NOT pictures_noted;
COMMENT ON TABLE batches IS 'What was handed to Temporal together.';
COMMENT ON COLUMN batches.batch_id IS 'UUIDv7; also the workflow id.';
COMMENT ON COLUMN batches.placement IS 'Where its stages run (contracts/stages.ts).';
COMMENT ON COLUMN batches.frame_count IS 'How many frames it was claimed with.';
COMMENT ON COLUMN batches.claimed_at IS 'Clock of the database.';
COMMENT ON COLUMN batches.deadline_at IS 'From then on the reconciler takes its frames back.';
COMMENT ON COLUMN batches.started_at IS 'When Temporal said that the workflow runs; null until then.';
COMMENT ON COLUMN batches.run_id IS 'Temporal run id; null until started.';
COMMENT ON COLUMN batches.closed_at IS 'No stage may write for this batch any more; null while open.';
COMMENT ON COLUMN batches.closed_because IS 'settled: record took its last frame; deadline, lost (Temporal knows it no more or it ended unsettled), refused (Temporal would not start it): the reconciler closed it.';
COMMENT ON COLUMN batches.alone IS 'One frame that runs in quarantine, because a batch with it came to nothing before.';
COMMENT ON COLUMN batches.pictures_noted IS 'True once the pictures of the frames that it settled stand in kept_pictures.';
COMMENT ON INDEX batches_open IS 'In-flight count and the reconciler.';
COMMENT ON INDEX batches_unnoted IS 'What retention has yet to note; with the open ones, the frames whose pictures a stage may be about to write.';

CREATE TABLE batch_frames (
  batch_id     uuid        NOT NULL,
  "position"   integer     NOT NULL,
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  CONSTRAINT batch_frames_pkey PRIMARY KEY (batch_id, "position"),
  CONSTRAINT batch_frames_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES batches(batch_id) ON DELETE CASCADE
);
CREATE INDEX batch_frames_frame ON batch_frames USING btree (frame_id);
COMMENT ON TABLE batch_frames IS 'Which frame stood where in which batch, kept after the batch closed.';
COMMENT ON COLUMN batch_frames.batch_id IS 'The batch.';
COMMENT ON COLUMN batch_frames."position" IS 'From 0; how workflow and stages name the frame.';
COMMENT ON COLUMN batch_frames.frame_id IS 'The frame.';
COMMENT ON COLUMN batch_frames.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON INDEX batch_frames_frame IS 'The batches a frame went through.';

CREATE TABLE canary_watch (
  only_row    boolean     NOT NULL DEFAULT true,
  sent_at     timestamptz,
  settled_at  timestamptz,
  alarm_id    uuid,
  alarm_at    timestamptz,
  told_at     timestamptz,
  tellings    integer     NOT NULL DEFAULT 0,
  CONSTRAINT canary_watch_pkey PRIMARY KEY (only_row),
  CONSTRAINT alarm_whole CHECK ((alarm_id IS NULL) = (alarm_at IS NULL)),
  CONSTRAINT canary_watch_only_row_check CHECK (only_row)
);
COMMENT ON TABLE canary_watch IS 'The canary: when a frame of it was last sent, when one last came through, and the alarm to operations while none does. One row.';
COMMENT ON COLUMN canary_watch.only_row IS 'Always true, so that there is one row.';
COMMENT ON COLUMN canary_watch.sent_at IS 'When a process last took the turn to send one; keeps several of them from sending at once. Null before the first.';
COMMENT ON COLUMN canary_watch.settled_at IS 'When the latest came through, as far as was looked; null before the first.';
COMMENT ON COLUMN canary_watch.alarm_id IS 'UUIDv7 of the alarm under way; null while all is well.';
COMMENT ON COLUMN canary_watch.alarm_at IS 'When it began; null with it.';
COMMENT ON COLUMN canary_watch.told_at IS 'When operations were last told of it; null when they were not.';
COMMENT ON COLUMN canary_watch.tellings IS 'How often they were told of it.';

CREATE TABLE chains (
  chain_id    text        NOT NULL,
  name        text        NOT NULL,
  levels      jsonb       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT chains_pkey PRIMARY KEY (chain_id)
);
COMMENT ON TABLE chains IS 'Escalation chains: levels of contacts, told one after the other until somebody answers. A change holds for open incidents too.';
COMMENT ON COLUMN chains.chain_id IS 'Chosen by the admin.';
COMMENT ON COLUMN chains.name IS 'As people write it.';
COMMENT ON COLUMN chains.levels IS 'The levels in order (contracts/escalation.ts Level).';
COMMENT ON COLUMN chains.created_at IS 'Clock of the database.';
COMMENT ON COLUMN chains.updated_at IS 'When it was last put.';

CREATE TABLE changes (
  change_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  at          timestamptz NOT NULL DEFAULT statement_timestamp(),
  changed_by  text        NOT NULL,
  subject     text        NOT NULL,
  subject_id  text        NOT NULL,
  before      jsonb,
  after       jsonb,
  CONSTRAINT changes_pkey PRIMARY KEY (change_id),
  CONSTRAINT changes_subject CHECK (subject = ANY (ARRAY['rule'::text, 'policy'::text, 'group'::text, 'members'::text, 'assignments'::text, 'zones'::text, 'chain'::text]))
);
CREATE INDEX changes_subject_id ON changes USING btree (subject, subject_id, change_id DESC);
COMMENT ON TABLE changes IS 'Every change of what frames are judged by and of who is told, committed together with the change. Rows never change; a call that changes nothing leaves none.';
COMMENT ON COLUMN changes.change_id IS 'Counted by the database; later changes of one subject have higher ones.';
COMMENT ON COLUMN changes.at IS 'By the clock of the database.';
COMMENT ON COLUMN changes.changed_by IS 'Id of the API key.';
COMMENT ON COLUMN changes.subject IS 'What changed; members are those of a group, assignments those of one user or group, zones those of one device.';
COMMENT ON COLUMN changes.subject_id IS 'Id of the rule, policy, group, device or chain; of assignments user/<id> or group/<id>. No foreign key: history outlives its subject.';
COMMENT ON COLUMN changes.before IS 'What it was; null: there was nothing. Of members and assignments only those that came, went or changed.';
COMMENT ON COLUMN changes.after IS 'What it became; null: nothing is left. Of members and assignments only those that came or changed.';
COMMENT ON CONSTRAINT changes_subject ON changes IS 'A subject that no reader knows would never be found again.';
COMMENT ON INDEX changes_subject_id IS 'The history of one subject, newest first.';

CREATE TABLE device_memory (
  device_id   text        NOT NULL,
  memory      jsonb       NOT NULL,
  revision    bigint      NOT NULL,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT device_memory_pkey PRIMARY KEY (device_id)
);
COMMENT ON TABLE device_memory IS 'What the rules remember of a device between frames (policies/device-memory.ts). Moves with the verdict, in one transaction.';
COMMENT ON COLUMN device_memory.device_id IS 'The device.';
COMMENT ON COLUMN device_memory.memory IS 'Bounded JSON; opaque to SQL.';
COMMENT ON COLUMN device_memory.revision IS 'Counts moves; a write that saw an older revision is refused.';
COMMENT ON COLUMN device_memory.updated_at IS 'Clock of the database.';

CREATE TABLE digests (
  digest_id    uuid        NOT NULL,
  user_id      text        NOT NULL,
  contact_id   text,
  created_at   timestamptz NOT NULL DEFAULT now(),
  next_due_at  timestamptz,
  CONSTRAINT digests_pkey PRIMARY KEY (digest_id)
);
CREATE INDEX digests_due ON digests USING btree (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX digests_user ON digests USING btree (user_id);
COMMENT ON TABLE digests IS 'Messages that tell of what was held back.';
COMMENT ON COLUMN digests.digest_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN digests.user_id IS 'Whose.';
COMMENT ON COLUMN digests.contact_id IS 'For this contact only; null: for the user, by mail where there is a mail contact.';
COMMENT ON COLUMN digests.created_at IS 'Clock of the database.';
COMMENT ON COLUMN digests.next_due_at IS 'When its next message is due; the sweep rings for those past it. Null when none waits.';
COMMENT ON INDEX digests_due IS 'The sweep.';
COMMENT ON INDEX digests_user IS 'The digests of a user.';

CREATE TABLE equipment_notices (
  notice_id        uuid        NOT NULL,
  kind             text        NOT NULL,
  device_id        text        NOT NULL,
  user_id          text        NOT NULL,
  state            text        NOT NULL,
  reason           text        NOT NULL,
  since            timestamptz NOT NULL,
  last_at          timestamptz NOT NULL,
  frames           integer     NOT NULL,
  first_frame_id   uuid,
  well_since       timestamptz,
  seen_until       timestamptz NOT NULL,
  opened_at        timestamptz,
  next_due_at      timestamptz,
  created_at       timestamptz NOT NULL DEFAULT now(),
  closed_at        timestamptz,
  off_seconds      bigint,
  right_frames     integer     NOT NULL DEFAULT 0,
  told_with        uuid,
  well_with        uuid,
  severity         text        NOT NULL DEFAULT 'high'::text,
  level            integer     NOT NULL DEFAULT 0,
  repeats          integer     NOT NULL DEFAULT 0,
  told_at          timestamptz,
  exhausted        boolean     NOT NULL DEFAULT false,
  escalate_at      timestamptz,
  acknowledged_at  timestamptz,
  acknowledged_by  text,
  CONSTRAINT equipment_notices_pkey PRIMARY KEY (notice_id),
  CONSTRAINT closed_whole CHECK ((state = 'closed'::text) = (closed_at IS NOT NULL)),
  CONSTRAINT equipment_notices_frames_check CHECK (frames > 0 OR kind <> 'void'::text AND frames = 0),
  CONSTRAINT equipment_notices_severity_check CHECK (severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT equipment_notices_state_check CHECK (state = ANY (ARRAY['suspected'::text, 'open'::text, 'closed'::text])),
  CONSTRAINT opened_unless_suspected CHECK ((state = 'suspected'::text) = (opened_at IS NULL)),
  CONSTRAINT equipment_notices_told_with_fkey FOREIGN KEY (told_with) REFERENCES equipment_notices(notice_id),
  CONSTRAINT equipment_notices_well_with_fkey FOREIGN KEY (well_with) REFERENCES equipment_notices(notice_id)
);
CREATE INDEX equipment_notices_due ON equipment_notices USING btree (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX equipment_notices_escalate ON equipment_notices USING btree (escalate_at) WHERE escalate_at IS NOT NULL;
CREATE INDEX equipment_notices_latest ON equipment_notices USING btree (device_id, kind, opened_at);
CREATE UNIQUE INDEX equipment_notices_one_open ON equipment_notices USING btree (device_id, kind) WHERE state <> 'closed'::text;
CREATE INDEX equipment_notices_told ON equipment_notices USING btree (user_id, kind, opened_at);
CREATE INDEX equipment_notices_told_with ON equipment_notices USING btree (told_with) WHERE told_with IS NOT NULL;
CREATE INDEX equipment_notices_user ON equipment_notices USING btree (user_id);
CREATE INDEX equipment_notices_well_with ON equipment_notices USING btree (well_with) WHERE well_with IS NOT NULL;
COMMENT ON TABLE equipment_notices IS 'A stretch of time in which the equipment of one device is at fault, told to its owner as one thing.';
COMMENT ON COLUMN equipment_notices.notice_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN equipment_notices.kind IS 'One of contracts/equipment-notice.ts NOTICE_KINDS.';
COMMENT ON COLUMN equipment_notices.device_id IS 'Where. No foreign key: notices outlive devices.';
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
COMMENT ON COLUMN equipment_notices.next_due_at IS 'When its next message is due; the sweep rings for those past it. Null when none waits.';
COMMENT ON COLUMN equipment_notices.created_at IS 'Clock of the database.';
COMMENT ON COLUMN equipment_notices.closed_at IS 'When it was closed, clock of the database; null before.';
COMMENT ON COLUMN equipment_notices.off_seconds IS 'clock: how far the latest frame lay ahead of our clock, negative when behind. Null otherwise.';
COMMENT ON COLUMN equipment_notices.right_frames IS 'clock: frames with a right time since the latest with a wrong one.';
COMMENT ON COLUMN equipment_notices.told_with IS 'silent: the notice whose messages name this device too, its own where it is the one that is told; several devices of one user make one message. Null otherwise.';
COMMENT ON COLUMN equipment_notices.well_with IS 'silent: the same for the message that devices send again; null before, and where nobody was told.';
COMMENT ON COLUMN equipment_notices.severity IS 'Decides which levels of the chain are told, and which quiet hours it breaks.';
COMMENT ON COLUMN equipment_notices.level IS 'The level of its user''s chain of equipment that was told last, from 0; means nothing while told_at is null.';
COMMENT ON COLUMN equipment_notices.repeats IS 'How often its level was told again.';
COMMENT ON COLUMN equipment_notices.told_at IS 'When its level was told last; null while nobody was told.';
COMMENT ON COLUMN equipment_notices.exhausted IS 'The chain has no further level: nobody answered to the last.';
COMMENT ON COLUMN equipment_notices.escalate_at IS 'When to look who is told next; null when nobody is.';
COMMENT ON COLUMN equipment_notices.acknowledged_at IS 'When somebody took charge: nobody else is told, but that it is well. Null before.';
COMMENT ON COLUMN equipment_notices.acknowledged_by IS 'The key by which that was said; null before.';
COMMENT ON INDEX equipment_notices_due IS 'The sweep.';
COMMENT ON INDEX equipment_notices_escalate IS 'Those of which somebody is to be told next.';
COMMENT ON INDEX equipment_notices_latest IS 'The last notice of a device, which the next one keeps its distance from.';
COMMENT ON INDEX equipment_notices_one_open IS 'What a batch asks of its devices; and the lock that makes two workers open one notice, not two.';
COMMENT ON INDEX equipment_notices_told IS 'When a user was last told of silence.';
COMMENT ON INDEX equipment_notices_told_with IS 'Which devices a message names.';
COMMENT ON INDEX equipment_notices_user IS 'The notices to a user.';
COMMENT ON INDEX equipment_notices_well_with IS 'Which devices a message names.';

CREATE TABLE frame_counts (
  user_id           text        NOT NULL,
  device_id         text        NOT NULL,
  hour              timestamptz NOT NULL,
  state             text        NOT NULL,
  frames            bigint      NOT NULL,
  last_accepted_at  timestamptz,
  CONSTRAINT frame_counts_pkey PRIMARY KEY (user_id, device_id, hour, state)
);
COMMENT ON TABLE frame_counts IS 'Settled frames per user, device, hour of acceptance and terminal state. Accepted = sum of these + open frames, always.';
COMMENT ON COLUMN frame_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN frame_counts.device_id IS 'The device.';
COMMENT ON COLUMN frame_counts.hour IS 'Start of the hour (UTC) in which the frames were accepted.';
COMMENT ON COLUMN frame_counts.state IS 'Terminal state.';
COMMENT ON COLUMN frame_counts.frames IS 'How many. A replay moves a frame from one state to another.';
COMMENT ON COLUMN frame_counts.last_accepted_at IS 'Acceptance of the latest of them; null of frames that were settled before this was kept. With the work list it says when a device was last heard.';

CREATE TABLE frame_detections (
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  batch_id     uuid        NOT NULL,
  model        jsonb       NOT NULL,
  width        integer     NOT NULL,
  height       integer     NOT NULL,
  detections   jsonb       NOT NULL,
  file_path    text        NOT NULL,
  detected_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT frame_detections_pkey PRIMARY KEY (frame_id, captured_at)
) PARTITION BY RANGE (captured_at);
COMMENT ON TABLE frame_detections IS 'What the detector saw, the latest run only; the same stands as JSON in the results folder.';
COMMENT ON COLUMN frame_detections.frame_id IS 'The frame.';
COMMENT ON COLUMN frame_detections.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN frame_detections.batch_id IS 'The batch that detected.';
COMMENT ON COLUMN frame_detections.model IS 'Name, version, sha256, runtime and calibration (contracts/detection.ts ModelIdentity).';
COMMENT ON COLUMN frame_detections.width IS 'Pixels that the boxes refer to.';
COMMENT ON COLUMN frame_detections.height IS 'Pixels that the boxes refer to.';
COMMENT ON COLUMN frame_detections.detections IS 'List of label, score, probability, box [x, y, width, height]; highest probability first.';
COMMENT ON COLUMN frame_detections.file_path IS 'Path of the JSON below the results folder: /<user>-<device>/<time>.json.';
COMMENT ON COLUMN frame_detections.detected_at IS 'Clock of the database.';

CREATE TABLE frame_detections_default PARTITION OF frame_detections DEFAULT;
COMMENT ON TABLE frame_detections_default IS 'Days without a partition of their own.';

CREATE TABLE frame_verdicts (
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  run          integer     NOT NULL,
  batch_id     uuid        NOT NULL,
  verdicts     jsonb       NOT NULL,
  matched      boolean     NOT NULL,
  judged_at    timestamptz NOT NULL DEFAULT now(),
  rule_set_id  bytea,
  CONSTRAINT frame_verdicts_pkey PRIMARY KEY (frame_id, captured_at, run)
) PARTITION BY RANGE (captured_at);
COMMENT ON TABLE frame_verdicts IS 'What the rules said, once per frame and run: a stored verdict wins over a repeated try, so device memory moves once.';
COMMENT ON COLUMN frame_verdicts.frame_id IS 'The frame.';
COMMENT ON COLUMN frame_verdicts.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN frame_verdicts.run IS 'Run of the frame that was judged; replays count up.';
COMMENT ON COLUMN frame_verdicts.batch_id IS 'The batch that judged.';
COMMENT ON COLUMN frame_verdicts.verdicts IS 'List of contracts/verdict.ts Verdict: of those rules of the set on which the frame had a bearing; all others were quiet. Without a set: one per assigned rule.';
COMMENT ON COLUMN frame_verdicts.matched IS 'True when any rule matched.';
COMMENT ON COLUMN frame_verdicts.judged_at IS 'Clock of the database.';
COMMENT ON COLUMN frame_verdicts.rule_set_id IS 'The set that judged the frame; null: judged before sets were recorded.';

CREATE TABLE frame_verdicts_default PARTITION OF frame_verdicts DEFAULT;
COMMENT ON TABLE frame_verdicts_default IS 'Days without a partition of their own.';

CREATE TABLE frames (
  frame_id           uuid        NOT NULL,
  captured_at        timestamptz NOT NULL,
  given_captured_at  timestamptz NOT NULL,
  device_id          text        NOT NULL,
  user_id            text        NOT NULL,
  time_zone          text        NOT NULL,
  tag                text        NOT NULL,
  sha256             bytea       NOT NULL,
  size_bytes         integer     NOT NULL,
  media_type         text        NOT NULL,
  accepted_at        timestamptz NOT NULL DEFAULT now(),
  state              text,
  reason             text,
  stage              text,
  settled_at         timestamptz,
  settled_by         uuid,
  standard_sha256    bytea,
  width              integer,
  height             integer,
  standard_width     integer,
  standard_height    integer,
  warnings           text[]      NOT NULL DEFAULT '{}'::text[],
  late               boolean     NOT NULL DEFAULT false,
  runs               integer     NOT NULL DEFAULT 1,
  CONSTRAINT frames_pkey PRIMARY KEY (device_id, captured_at),
  CONSTRAINT frames_state_check CHECK (state = ANY (ARRAY['rejected'::text, 'no_match'::text, 'suppressed'::text, 'alerted'::text, 'failed'::text])),
  CONSTRAINT settled_whole CHECK ((state IS NULL) = (settled_at IS NULL))
) PARTITION BY RANGE (captured_at);
CREATE INDEX frames_failed ON frames USING btree (settled_at) WHERE state = 'failed'::text;
CREATE INDEX frames_frame_id ON frames USING btree (frame_id);
CREATE INDEX frames_open_sha256 ON frames USING btree (sha256) WHERE state IS NULL;
CREATE INDEX frames_user_accepted ON frames USING btree (user_id, accepted_at);
COMMENT ON TABLE frames IS 'Ledger of accepted frames: each ends in exactly one terminal state. A row exists before the 202 is sent.';
COMMENT ON COLUMN frames.frame_id IS 'UUIDv7 of the capture time (contracts/frame.ts), so that an id leads to its partition.';
COMMENT ON COLUMN frames.captured_at IS 'The moment in the tag: as given, or the next free microsecond where other bytes of the device hold it. Unique per device.';
COMMENT ON COLUMN frames.given_captured_at IS 'Capture time as the camera service sent it, cut to microseconds.';
COMMENT ON COLUMN frames.device_id IS 'The device. No foreign key: the ledger outlives devices.';
COMMENT ON COLUMN frames.user_id IS 'Owner of the device at acceptance.';
COMMENT ON COLUMN frames.time_zone IS 'Zone of the device at acceptance.';
COMMENT ON COLUMN frames.tag IS 'user-device-time-zone (contracts/tag.ts); names the picture and everything made from it.';
COMMENT ON COLUMN frames.sha256 IS 'Of the bytes as received; their name in the frame store.';
COMMENT ON COLUMN frames.size_bytes IS 'Of the bytes as received.';
COMMENT ON COLUMN frames.media_type IS 'As the sender declared it; validate looks at the bytes themselves.';
COMMENT ON COLUMN frames.accepted_at IS 'Clock of the database at acceptance.';
COMMENT ON COLUMN frames.state IS 'Terminal state; null while the frame is on its way.';
COMMENT ON COLUMN frames.reason IS 'Code for rejected and failed, cause for suppressed; null otherwise.';
COMMENT ON COLUMN frames.stage IS 'Stage that refused or failed the frame; null otherwise.';
COMMENT ON COLUMN frames.settled_at IS 'When the terminal state was set.';
COMMENT ON COLUMN frames.settled_by IS 'Batch that set it.';
COMMENT ON COLUMN frames.standard_sha256 IS 'Of the standardised picture in the frame store; null until validated.';
COMMENT ON COLUMN frames.width IS 'Pixels of the upright original; boxes refer to it.';
COMMENT ON COLUMN frames.height IS 'Pixels of the upright original.';
COMMENT ON COLUMN frames.standard_width IS 'Pixels of the standardised picture.';
COMMENT ON COLUMN frames.standard_height IS 'Pixels of the standardised picture.';
COMMENT ON COLUMN frames.warnings IS 'What validate noticed and let pass.';
COMMENT ON COLUMN frames.late IS 'True when it was judged after a frame of the same device with a later capture time.';
COMMENT ON COLUMN frames.runs IS 'How often it was sent through the pipeline: 1, and one more per replay.';
COMMENT ON INDEX frames_failed IS 'Failed frames, newest first.';
COMMENT ON INDEX frames_frame_id IS 'Status look-ups.';
COMMENT ON INDEX frames_open_sha256 IS 'Whether a frame on its way needs these bytes; empty in partitions where all is settled.';
COMMENT ON INDEX frames_user_accepted IS 'Accounting per user and hour.';

CREATE TABLE frames_default PARTITION OF frames DEFAULT;
COMMENT ON TABLE frames_default IS 'Frames of days without a partition of their own, such as late uploads.';

CREATE TABLE groups (
  group_id    text        NOT NULL,
  name        text        NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT groups_pkey PRIMARY KEY (group_id)
);
COMMENT ON TABLE groups IS 'Users that get rules and policies together. Who is in one stands in group_members.';
COMMENT ON COLUMN groups.group_id IS 'Chosen by the admin (contracts/ids.ts).';
COMMENT ON COLUMN groups.name IS 'As people write it.';
COMMENT ON COLUMN groups.created_at IS 'Clock of the database.';
COMMENT ON COLUMN groups.updated_at IS 'Last PUT.';

CREATE TABLE idempotency_keys (
  api_key_id       uuid        NOT NULL,
  idempotency_key  text        NOT NULL,
  frame_id         uuid        NOT NULL,
  device_id        text        NOT NULL,
  captured_at      timestamptz NOT NULL,
  duplicate        boolean     NOT NULL,
  kept_at          timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT idempotency_keys_pkey PRIMARY KEY (api_key_id, idempotency_key),
  CONSTRAINT idempotency_keys_idempotency_key_check CHECK (length(idempotency_key) >= 1 AND length(idempotency_key) <= 140)
);
CREATE INDEX idempotency_keys_kept_at ON idempotency_keys USING btree (kept_at);
COMMENT ON TABLE idempotency_keys IS 'The frame that each Idempotency-Key led to, committed together with the frame. What was refused leaves no row.';
COMMENT ON COLUMN idempotency_keys.api_key_id IS 'The API key that it was sent with: two camera services that both count from 1 do not meet. No foreign key: rows outlive a deleted key until they expire.';
COMMENT ON COLUMN idempotency_keys.idempotency_key IS 'As sent; of a parcel without keys of its own, its key, a space and the index of the frame.';
COMMENT ON COLUMN idempotency_keys.frame_id IS 'The frame.';
COMMENT ON COLUMN idempotency_keys.device_id IS 'Its device; with captured_at the primary key of the frame.';
COMMENT ON COLUMN idempotency_keys.captured_at IS 'Moment of the frame; leads to its partition.';
COMMENT ON COLUMN idempotency_keys.duplicate IS 'True when the first answer under this key was that the frame had been accepted before.';
COMMENT ON COLUMN idempotency_keys.kept_at IS 'When the key was first accepted, by the clock of the database; it expires a setting later.';
COMMENT ON INDEX idempotency_keys_kept_at IS 'Keys that are of age.';

CREATE TABLE incidents (
  incident_id      uuid        NOT NULL,
  user_id          text        NOT NULL,
  rule_id          text        NOT NULL,
  rule_version     integer     NOT NULL,
  device_id        text        NOT NULL,
  state            text        NOT NULL DEFAULT 'open'::text,
  opened_at        timestamptz NOT NULL,
  last_match_at    timestamptz NOT NULL,
  last_joined_at   timestamptz NOT NULL DEFAULT now(),
  first_frame_id   uuid        NOT NULL,
  matches          integer     NOT NULL DEFAULT 0,
  level            integer     NOT NULL DEFAULT 0,
  next_due_at      timestamptz,
  cooldown_until   timestamptz,
  acknowledged_at  timestamptz,
  closed_at        timestamptz,
  created_at       timestamptz NOT NULL DEFAULT now(),
  severity         text        NOT NULL DEFAULT 'medium'::text,
  chain_id         text,
  quiet_hours      jsonb,
  told_severity    text,
  told_at          timestamptz,
  repeats          integer     NOT NULL DEFAULT 0,
  exhausted        boolean     NOT NULL DEFAULT false,
  held             text,
  resolved_at      timestamptz,
  reopened         integer     NOT NULL DEFAULT 0,
  CONSTRAINT incidents_pkey PRIMARY KEY (incident_id),
  CONSTRAINT incidents_held_check CHECK (held = ANY (ARRAY['quiet_hours'::text, 'snoozed'::text, 'budget'::text, 'old'::text])),
  CONSTRAINT incidents_severity_check CHECK (severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT incidents_state_check CHECK (state = ANY (ARRAY['open'::text, 'acknowledged'::text, 'resolved'::text, 'closed'::text])),
  CONSTRAINT incidents_told_severity_check CHECK (told_severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT incidents_chain_id_fkey FOREIGN KEY (chain_id) REFERENCES chains(chain_id)
);
CREATE INDEX incidents_due ON incidents USING btree (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX incidents_latest ON incidents USING btree (user_id, rule_id, device_id, opened_at DESC);
CREATE INDEX incidents_newest ON incidents USING btree (opened_at DESC, incident_id DESC);
CREATE UNIQUE INDEX incidents_one_open ON incidents USING btree (user_id, rule_id, device_id) WHERE state <> 'closed'::text;
CREATE INDEX incidents_user ON incidents USING btree (user_id, opened_at DESC, incident_id DESC);
COMMENT ON TABLE incidents IS 'A stretch of matches of one rule for one user on one device, told to people as one thing.';
COMMENT ON COLUMN incidents.incident_id IS 'UUIDv7; leads to the workflow id.';
COMMENT ON COLUMN incidents.user_id IS 'Who is told.';
COMMENT ON COLUMN incidents.rule_id IS 'Why.';
COMMENT ON COLUMN incidents.rule_version IS 'Version of the rule that opened it.';
COMMENT ON COLUMN incidents.device_id IS 'Where.';
COMMENT ON COLUMN incidents.state IS 'open; acknowledged: somebody took charge; resolved: somebody says it is dealt with; closed after quiet. At most one not closed per user, rule and device.';
COMMENT ON COLUMN incidents.opened_at IS 'Capture time of the first match.';
COMMENT ON COLUMN incidents.last_match_at IS 'Capture time of the latest match.';
COMMENT ON COLUMN incidents.last_joined_at IS 'Clock of the database when a match last joined: quiet is over only when both clocks say so.';
COMMENT ON COLUMN incidents.first_frame_id IS 'The frame that opened it; its picture goes into the message.';
COMMENT ON COLUMN incidents.matches IS 'How many matches joined, the first included.';
COMMENT ON COLUMN incidents.level IS 'The level of its chain that was told last, from 0; means nothing while told_at is null.';
COMMENT ON COLUMN incidents.next_due_at IS 'When something is to be done for it; the sweep rings for those past it. Null once closed and delivered.';
COMMENT ON COLUMN incidents.cooldown_until IS 'Capture time until which a new match is suppressed; null until a message was really delivered.';
COMMENT ON COLUMN incidents.acknowledged_at IS 'When a person took charge; null before.';
COMMENT ON COLUMN incidents.closed_at IS 'When it was closed; null before.';
COMMENT ON COLUMN incidents.created_at IS 'Clock of the database.';
COMMENT ON COLUMN incidents.severity IS 'The worst of its matches so far; medium for incidents from before this column.';
COMMENT ON COLUMN incidents.chain_id IS 'Its chain, from the user or the policy when it opened; null: the default.';
COMMENT ON COLUMN incidents.quiet_hours IS 'Quiet hours of the policy that brought the rule when it opened (contracts/quiet-hours.ts), for contacts without their own; null without.';
COMMENT ON COLUMN incidents.told_severity IS 'Its severity when it was last told as opened, reopened or risen; null while nobody was told.';
COMMENT ON COLUMN incidents.told_at IS 'When its level was told last; null while nobody was told.';
COMMENT ON COLUMN incidents.repeats IS 'How often its level was told again.';
COMMENT ON COLUMN incidents.exhausted IS 'The chain has no further level: nobody answered to the last.';
COMMENT ON COLUMN incidents.held IS 'Why nobody was told of it (contracts/digest.ts HOLD_CAUSES); null when somebody was.';
COMMENT ON COLUMN incidents.resolved_at IS 'When a person said that it is dealt with; null before.';
COMMENT ON COLUMN incidents.reopened IS 'How often it went on after it was over.';
COMMENT ON INDEX incidents_due IS 'The sweep.';
COMMENT ON INDEX incidents_latest IS 'Open incident and last cooldown in one look-up.';
COMMENT ON INDEX incidents_newest IS 'The incidents of all, newest first.';
COMMENT ON INDEX incidents_one_open IS 'The lock that makes two workers open one incident, not two.';
COMMENT ON INDEX incidents_user IS 'The incidents of a user, newest first.';

CREATE TABLE deliveries (
  delivery_key       text        NOT NULL,
  incident_id        uuid,
  contact_id         text        NOT NULL,
  channel            text        NOT NULL,
  address            text        NOT NULL,
  state              text        NOT NULL DEFAULT 'waiting'::text,
  tries              integer     NOT NULL DEFAULT 0,
  uncertain          integer     NOT NULL DEFAULT 0,
  next_try_at        timestamptz NOT NULL DEFAULT now(),
  claimed_until      timestamptz,
  provider_id        text,
  code               text,
  created_at         timestamptz NOT NULL DEFAULT now(),
  delivered_at       timestamptz,
  notice_id          uuid,
  telling            text        NOT NULL DEFAULT 'opened'::text,
  severity           text        NOT NULL DEFAULT 'medium'::text,
  frame_id           uuid,
  frame_captured_at  timestamptz,
  provider           text,
  units              integer,
  cost_micros        bigint,
  cost_currency      text,
  arrival            text,
  arrived_at         timestamptz,
  arrival_code       text,
  resent_at          timestamptz,
  resent_by          text,
  digest_id          uuid,
  CONSTRAINT deliveries_pkey PRIMARY KEY (delivery_key),
  CONSTRAINT about_one_thing CHECK (num_nonnulls(incident_id, notice_id, digest_id) =
CASE
    WHEN delivery_key ~~ 'test-%'::text THEN 0
    ELSE 1
END),
  CONSTRAINT deliveries_severity_check CHECK (severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT deliveries_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'sending'::text, 'delivered'::text, 'failed'::text, 'withdrawn'::text])),
  CONSTRAINT deliveries_digest_id_fkey FOREIGN KEY (digest_id) REFERENCES digests(digest_id),
  CONSTRAINT deliveries_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(incident_id),
  CONSTRAINT deliveries_notice_id_fkey FOREIGN KEY (notice_id) REFERENCES equipment_notices(notice_id)
);
CREATE INDEX deliveries_address ON deliveries USING btree (channel, address, created_at DESC);
CREATE INDEX deliveries_contact ON deliveries USING btree (contact_id, created_at DESC, delivery_key DESC);
CREATE INDEX deliveries_dead ON deliveries USING btree (created_at DESC, delivery_key DESC) WHERE state = 'failed'::text;
CREATE INDEX deliveries_digest ON deliveries USING btree (digest_id) WHERE digest_id IS NOT NULL;
CREATE INDEX deliveries_incident ON deliveries USING btree (incident_id);
CREATE INDEX deliveries_latest ON deliveries USING btree (created_at DESC, delivery_key DESC);
CREATE INDEX deliveries_notice ON deliveries USING btree (notice_id) WHERE notice_id IS NOT NULL;
CREATE INDEX deliveries_under_way ON deliveries USING btree (state, channel) WHERE state = ANY (ARRAY['waiting'::text, 'sending'::text]);
COMMENT ON TABLE deliveries IS 'The outbox: a message is a row here before any provider is called.';
COMMENT ON COLUMN deliveries.delivery_key IS 'Made by contracts/delivery.ts from what it is about and to whom; handed to the provider as idempotency key.';
COMMENT ON COLUMN deliveries.incident_id IS 'About which incident; null when it is about something else.';
COMMENT ON COLUMN deliveries.contact_id IS 'To whom.';
COMMENT ON COLUMN deliveries.channel IS 'By what.';
COMMENT ON COLUMN deliveries.address IS 'Address of the contact when the message was written.';
COMMENT ON COLUMN deliveries.state IS 'waiting for its try; sending; delivered: handed over and taken; failed: refused for good or given up, a dead letter; withdrawn: somebody took charge before it went out.';
COMMENT ON COLUMN deliveries.tries IS 'Tries begun.';
COMMENT ON COLUMN deliveries.uncertain IS 'Tries that began and never ended: the provider may have taken the message. Each is a possible double.';
COMMENT ON COLUMN deliveries.next_try_at IS 'Not before then.';
COMMENT ON COLUMN deliveries.claimed_until IS 'While sending: when the try counts as dead; null otherwise.';
COMMENT ON COLUMN deliveries.provider_id IS 'Id that the provider gave; null until delivered.';
COMMENT ON COLUMN deliveries.code IS 'Failure code of the last try; null without one.';
COMMENT ON COLUMN deliveries.created_at IS 'Clock of the database.';
COMMENT ON COLUMN deliveries.delivered_at IS 'When the provider took it; null before.';
COMMENT ON COLUMN deliveries.notice_id IS 'About which equipment notice; null when it is about something else.';
COMMENT ON COLUMN deliveries.telling IS 'Why the contact is told: contracts/delivery.ts INCIDENT_TELLINGS of an incident, contracts/equipment-notice.ts NOTICE_TELLINGS of a notice.';
COMMENT ON COLUMN deliveries.severity IS 'Of its incident when the message was written: what a message says is the same at every try.';
COMMENT ON COLUMN deliveries.frame_id IS 'The frame whose picture it shows; null: the first of the incident.';
COMMENT ON COLUMN deliveries.frame_captured_at IS 'Capture time of that frame; null with it.';
COMMENT ON COLUMN deliveries.provider IS 'Who took it: smtp, sendgrid, twilio, ...; null until delivered.';
COMMENT ON COLUMN deliveries.units IS 'What the provider counts: segments of a text message, calls; null where nothing is counted.';
COMMENT ON COLUMN deliveries.cost_micros IS 'What it cost by the prices of the settings, in millionths; null without a price.';
COMMENT ON COLUMN deliveries.cost_currency IS 'ISO 4217 code; null without a price.';
COMMENT ON COLUMN deliveries.arrival IS 'The latest that the provider said of it after taking it (contracts/delivery.ts ARRIVALS); null without a word.';
COMMENT ON COLUMN deliveries.arrived_at IS 'When that was said, clock of the database; null with it.';
COMMENT ON COLUMN deliveries.arrival_code IS 'The provider''s own code with it; null without one.';
COMMENT ON COLUMN deliveries.resent_at IS 'When this dead letter was last sent again by hand; null when it never was.';
COMMENT ON COLUMN deliveries.resent_by IS 'Id of the API key that did; null with it.';
COMMENT ON COLUMN deliveries.digest_id IS 'Which digest it is; null when it is something else. A message that only tries out a contact is about nothing.';
COMMENT ON INDEX deliveries_address IS 'Whom an answer is from: the latest messages to an address.';
COMMENT ON INDEX deliveries_contact IS 'The messages to a contact, newest first.';
COMMENT ON INDEX deliveries_dead IS 'Dead letters, newest first.';
COMMENT ON INDEX deliveries_digest IS 'The messages of a digest.';
COMMENT ON INDEX deliveries_incident IS 'The messages of an incident.';
COMMENT ON INDEX deliveries_latest IS 'The messages to anybody, newest first.';
COMMENT ON INDEX deliveries_notice IS 'The messages of a notice.';
COMMENT ON INDEX deliveries_under_way IS 'Counts what waits, however many messages there ever were.';

CREATE TABLE delivery_attempts (
  attempt_id    bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  delivery_key  text        NOT NULL,
  started_at    timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz,
  outcome       text,
  answer        text,
  CONSTRAINT delivery_attempts_pkey PRIMARY KEY (attempt_id),
  CONSTRAINT delivery_attempts_outcome_check CHECK (outcome = ANY (ARRAY['delivered'::text, 'refused'::text, 'unavailable'::text, 'uncertain'::text])),
  CONSTRAINT delivery_attempts_delivery_key_fkey FOREIGN KEY (delivery_key) REFERENCES deliveries(delivery_key)
);
CREATE INDEX delivery_attempts_key ON delivery_attempts USING btree (delivery_key);
COMMENT ON TABLE delivery_attempts IS 'Every call of a provider and what it answered.';
COMMENT ON COLUMN delivery_attempts.attempt_id IS 'In order of starting.';
COMMENT ON COLUMN delivery_attempts.delivery_key IS 'The message.';
COMMENT ON COLUMN delivery_attempts.started_at IS 'Before the provider was called.';
COMMENT ON COLUMN delivery_attempts.finished_at IS 'After it answered; null while under way.';
COMMENT ON COLUMN delivery_attempts.outcome IS 'delivered; refused for good; unavailable: try again; uncertain: the process died in between. Null while under way.';
COMMENT ON COLUMN delivery_attempts.answer IS 'What the provider said, cut to 500 characters.';
COMMENT ON INDEX delivery_attempts_key IS 'The tries of a message.';

CREATE TABLE delivery_receipts (
  receipt_id     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  delivery_key   text        NOT NULL,
  received_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  arrival        text        NOT NULL,
  provider_id    text        NOT NULL,
  provider_code  text,
  CONSTRAINT delivery_receipts_pkey PRIMARY KEY (receipt_id),
  CONSTRAINT delivery_receipts_delivery_key_provider_id_arrival_key UNIQUE (delivery_key, provider_id, arrival),
  CONSTRAINT delivery_receipts_delivery_key_fkey FOREIGN KEY (delivery_key) REFERENCES deliveries(delivery_key)
);
COMMENT ON TABLE delivery_receipts IS 'Status callbacks of providers, each once.';
COMMENT ON COLUMN delivery_receipts.receipt_id IS 'In order of arrival here, which need not be that of their happening.';
COMMENT ON COLUMN delivery_receipts.delivery_key IS 'The message.';
COMMENT ON COLUMN delivery_receipts.received_at IS 'Clock of the database.';
COMMENT ON COLUMN delivery_receipts.arrival IS 'contracts/delivery.ts ARRIVALS.';
COMMENT ON COLUMN delivery_receipts.provider_id IS 'Id that the provider has for it; a repeated try has another one.';
COMMENT ON COLUMN delivery_receipts.provider_code IS 'The provider''s own code; null without one.';

CREATE TABLE held_back (
  held_id            bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  user_id            text        NOT NULL,
  contact_id         text,
  cause              text        NOT NULL,
  incident_id        uuid,
  rule_id            text        NOT NULL,
  device_id          text        NOT NULL,
  severity           text        NOT NULL,
  matches            integer     NOT NULL,
  frame_id           uuid        NOT NULL,
  frame_captured_at  timestamptz NOT NULL,
  first_at           timestamptz NOT NULL,
  last_at            timestamptz NOT NULL,
  due_at             timestamptz NOT NULL,
  digest_id          uuid,
  CONSTRAINT held_back_pkey PRIMARY KEY (held_id),
  CONSTRAINT held_back_cause_check CHECK (cause = ANY (ARRAY['quiet_hours'::text, 'snoozed'::text, 'budget'::text, 'old'::text])),
  CONSTRAINT held_back_severity_check CHECK (severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT held_back_digest_id_fkey FOREIGN KEY (digest_id) REFERENCES digests(digest_id),
  CONSTRAINT held_back_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(incident_id)
);
CREATE INDEX held_back_digest ON held_back USING btree (digest_id);
CREATE INDEX held_back_due ON held_back USING btree (due_at) WHERE digest_id IS NULL;
CREATE UNIQUE INDEX held_back_gathering ON held_back USING btree (user_id, COALESCE(contact_id, ''::text), cause, rule_id, device_id, COALESCE(incident_id, '00000000-0000-0000-0000-000000000000'::uuid)) WHERE digest_id IS NULL;
CREATE INDEX held_back_incident ON held_back USING btree (incident_id) WHERE incident_id IS NOT NULL;
COMMENT ON TABLE held_back IS 'What a user or a contact was not told, gathered for the next digest.';
COMMENT ON COLUMN held_back.held_id IS 'In order.';
COMMENT ON COLUMN held_back.user_id IS 'Whose.';
COMMENT ON COLUMN held_back.contact_id IS 'Held back from this contact only; null: from the user.';
COMMENT ON COLUMN held_back.cause IS 'contracts/digest.ts HOLD_CAUSES.';
COMMENT ON COLUMN held_back.incident_id IS 'The incident; null for snoozed matches, which open none.';
COMMENT ON COLUMN held_back.rule_id IS 'The rule.';
COMMENT ON COLUMN held_back.device_id IS 'The device.';
COMMENT ON COLUMN held_back.severity IS 'The worst of what was held back.';
COMMENT ON COLUMN held_back.matches IS 'How many matches: of an incident those until it was held, of a snooze all.';
COMMENT ON COLUMN held_back.frame_id IS 'The first of them; its picture goes into the digest.';
COMMENT ON COLUMN held_back.frame_captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN held_back.first_at IS 'Capture time of the first.';
COMMENT ON COLUMN held_back.last_at IS 'Capture time of the latest.';
COMMENT ON COLUMN held_back.due_at IS 'When it is told: the end of the quiet hours, of the snooze, of the hour.';
COMMENT ON COLUMN held_back.digest_id IS 'The digest that tells it; null while it is gathered.';
COMMENT ON INDEX held_back_digest IS 'What a digest tells.';
COMMENT ON INDEX held_back_due IS 'What is to be told by now.';
COMMENT ON INDEX held_back_gathering IS 'One row for each thing that is held back, counted up.';
COMMENT ON INDEX held_back_incident IS 'What was held back of an incident.';

CREATE TABLE incident_events (
  event_id     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  incident_id  uuid        NOT NULL,
  at           timestamptz NOT NULL DEFAULT clock_timestamp(),
  event        text        NOT NULL,
  detail       jsonb       NOT NULL DEFAULT '{}'::jsonb,
  CONSTRAINT incident_events_pkey PRIMARY KEY (event_id),
  CONSTRAINT incident_events_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(incident_id)
);
CREATE INDEX incident_events_incident ON incident_events USING btree (incident_id, event_id);
COMMENT ON TABLE incident_events IS 'What happened to an incident beside matches, messages and responses, which have tables of their own.';
COMMENT ON COLUMN incident_events.event_id IS 'In order.';
COMMENT ON COLUMN incident_events.incident_id IS 'The incident.';
COMMENT ON COLUMN incident_events.at IS 'Clock of the database.';
COMMENT ON COLUMN incident_events.event IS 'One of contracts/incident.ts INCIDENT_EVENTS.';
COMMENT ON COLUMN incident_events.detail IS 'told: telling, level, contacts; held: cause, contacts; rose: from, to; released: cause; others empty.';
COMMENT ON INDEX incident_events_incident IS 'The story of one incident.';

CREATE TABLE invalid_frames (
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  device_id    text        NOT NULL,
  user_id      text        NOT NULL,
  reason       text        NOT NULL,
  detail       text        NOT NULL,
  sha256       bytea       NOT NULL,
  refused_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  CONSTRAINT invalid_frames_pkey PRIMARY KEY (frame_id)
);
CREATE INDEX invalid_frames_device ON invalid_frames USING btree (device_id, refused_at);
CREATE INDEX invalid_frames_expires ON invalid_frames USING btree (expires_at);
CREATE INDEX invalid_frames_refused ON invalid_frames USING btree (refused_at, frame_id);
CREATE INDEX invalid_frames_sha256 ON invalid_frames USING btree (sha256);
CREATE INDEX invalid_frames_user ON invalid_frames USING btree (user_id, refused_at);
COMMENT ON TABLE invalid_frames IS 'Repository of refused frames: what came and why it was no good.';
COMMENT ON COLUMN invalid_frames.frame_id IS 'The frame.';
COMMENT ON COLUMN invalid_frames.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN invalid_frames.device_id IS 'The device.';
COMMENT ON COLUMN invalid_frames.user_id IS 'The owner.';
COMMENT ON COLUMN invalid_frames.reason IS 'Failure code of kind refused.';
COMMENT ON COLUMN invalid_frames.detail IS 'For people: what exactly was wrong.';
COMMENT ON COLUMN invalid_frames.sha256 IS 'Name of the bytes in the frame store.';
COMMENT ON COLUMN invalid_frames.refused_at IS 'Clock of the database.';
COMMENT ON COLUMN invalid_frames.expires_at IS 'From then on row and bytes may go.';
COMMENT ON INDEX invalid_frames_device IS 'Refusals of one device in order of time.';
COMMENT ON INDEX invalid_frames_expires IS 'Rows whose time is over.';
COMMENT ON INDEX invalid_frames_refused IS 'The latest refusals of all devices.';
COMMENT ON INDEX invalid_frames_sha256 IS 'Whether a refused frame holds these bytes.';
COMMENT ON INDEX invalid_frames_user IS 'The latest refusals of one user.';

CREATE TABLE kept_pictures (
  frame_id     uuid        NOT NULL,
  sha256       bytea       NOT NULL,
  captured_at  timestamptz NOT NULL,
  raw          boolean     NOT NULL,
  standard     boolean     NOT NULL,
  state        text        NOT NULL,
  settled_at   timestamptz NOT NULL,
  CONSTRAINT kept_pictures_pkey PRIMARY KEY (frame_id, sha256)
);
CREATE INDEX kept_pictures_line ON kept_pictures USING btree (standard, settled_at, frame_id) WHERE state <> 'failed'::text;
CREATE INDEX kept_pictures_sha256 ON kept_pictures USING btree (sha256);
COMMENT ON TABLE kept_pictures IS 'Pictures in the frame store that settled frames hold. A row goes in the transaction that is committed after the bytes were removed, or when other frames hold the same bytes and this one need not.';
COMMENT ON COLUMN kept_pictures.frame_id IS 'The frame that holds the picture.';
COMMENT ON COLUMN kept_pictures.sha256 IS 'Name of the picture in the frame store.';
COMMENT ON COLUMN kept_pictures.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN kept_pictures.raw IS 'True: the bytes as received, which a replay reads.';
COMMENT ON COLUMN kept_pictures.standard IS 'True: the standardised picture. Both are true where they are the same bytes.';
COMMENT ON COLUMN kept_pictures.state IS 'Terminal state of the frame when the row was last written; a failed frame keeps its pictures.';
COMMENT ON COLUMN kept_pictures.settled_at IS 'When the frame was last settled; its age counts from then.';
COMMENT ON INDEX kept_pictures_line IS 'The oldest that may go.';
COMMENT ON INDEX kept_pictures_sha256 IS 'Who else holds these bytes.';

CREATE TABLE matches (
  frame_id      uuid        NOT NULL,
  rule_id       text        NOT NULL,
  captured_at   timestamptz NOT NULL,
  rule_version  integer     NOT NULL,
  incident_id   uuid,
  suppressed    text,
  matched_at    timestamptz NOT NULL DEFAULT now(),
  severity      text        NOT NULL DEFAULT 'medium'::text,
  labels        text[]      NOT NULL DEFAULT '{}'::text[],
  probability   real,
  CONSTRAINT matches_pkey PRIMARY KEY (frame_id, rule_id),
  CONSTRAINT joined_or_suppressed CHECK ((incident_id IS NULL) <> (suppressed IS NULL)),
  CONSTRAINT matches_severity_check CHECK (severity = ANY (ARRAY['low'::text, 'medium'::text, 'high'::text, 'critical'::text])),
  CONSTRAINT matches_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(incident_id)
);
CREATE INDEX matches_incident ON matches USING btree (incident_id);
COMMENT ON TABLE matches IS 'A rule called a frame unsafe: it joined an incident or was suppressed with a cause. Once per frame and rule, whatever is repeated.';
COMMENT ON COLUMN matches.frame_id IS 'The frame.';
COMMENT ON COLUMN matches.rule_id IS 'The rule.';
COMMENT ON COLUMN matches.captured_at IS 'Leads to the partition of the frame.';
COMMENT ON COLUMN matches.rule_version IS 'The version that matched.';
COMMENT ON COLUMN matches.incident_id IS 'The incident it opened or joined; null when suppressed.';
COMMENT ON COLUMN matches.suppressed IS 'Cause (contracts/terminal-states.ts SUPPRESSION_CAUSES); null when it joined.';
COMMENT ON COLUMN matches.matched_at IS 'Clock of the database.';
COMMENT ON COLUMN matches.severity IS 'Of the verdict; kept here because it may come of the assignment, which the rule version does not tell. Medium for matches from before this column.';
COMMENT ON COLUMN matches.labels IS 'Labels of its evidence, each once; empty where the rule matched on nothing that can be named, and for matches from before this column.';
COMMENT ON COLUMN matches.probability IS 'The best of its evidence, 0..1; null without any.';
COMMENT ON INDEX matches_incident IS 'The frames of an incident.';

CREATE TABLE message_budgets (
  user_id        text        NOT NULL,
  hour           timestamptz NOT NULL,
  told           integer     NOT NULL DEFAULT 0,
  told_critical  integer     NOT NULL DEFAULT 0,
  CONSTRAINT message_budgets_pkey PRIMARY KEY (user_id, hour)
);
COMMENT ON TABLE message_budgets IS 'Messages that new incidents sent to a user, by hour. Its row is also the lock under which they are counted.';
COMMENT ON COLUMN message_budgets.user_id IS 'The user.';
COMMENT ON COLUMN message_budgets.hour IS 'Begin of the hour, clock of the database.';
COMMENT ON COLUMN message_budgets.told IS 'Messages about what is less than critical.';
COMMENT ON COLUMN message_budgets.told_critical IS 'Messages about what is critical: they have a budget of their own, of the same size, so that chatter cannot use it up.';

CREATE TABLE models (
  name           text        NOT NULL,
  version        text        NOT NULL,
  head           text        NOT NULL,
  sha256         bytea       NOT NULL,
  labels         text[]      NOT NULL,
  licence        text        NOT NULL,
  input          jsonb       NOT NULL,
  thresholds     jsonb       NOT NULL,
  current        boolean     NOT NULL,
  registered_at  timestamptz NOT NULL DEFAULT now(),
  registered_by  text        NOT NULL,
  CONSTRAINT models_pkey PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX models_one_current ON models USING btree (name) WHERE current;
COMMENT ON TABLE models IS 'Models that users registered, beside those that come with the product. A version never changes; detections name theirs.';
COMMENT ON COLUMN models.name IS 'What a device names.';
COMMENT ON COLUMN models.version IS 'Names weights and input.';
COMMENT ON COLUMN models.head IS 'How its output is read: one of contracts/model.ts ONNX_HEADS.';
COMMENT ON COLUMN models.sha256 IS 'Of the weights; their name in the model store.';
COMMENT ON COLUMN models.labels IS 'Class names in the order in which the network numbers them.';
COMMENT ON COLUMN models.licence IS 'Under which the weights may be used, as whoever registered them says.';
COMMENT ON COLUMN models.input IS 'How a picture becomes its input (contracts/model.ts InputRule).';
COMMENT ON COLUMN models.thresholds IS 'Scores: floor, below which nothing is kept, and usual.';
COMMENT ON COLUMN models.current IS 'True for the version that devices get that name the model. None is once it was removed.';
COMMENT ON COLUMN models.registered_at IS 'Clock of the database.';
COMMENT ON COLUMN models.registered_by IS 'Id of the key that put it.';
COMMENT ON INDEX models_one_current IS 'The model by its name.';

CREATE TABLE open_door (
  only_row    boolean     NOT NULL DEFAULT true,
  open_since  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL,
  CONSTRAINT open_door_pkey PRIMARY KEY (only_row),
  CONSTRAINT open_door_only_row_check CHECK (only_row)
);
COMMENT ON TABLE open_door IS 'The stretch of time in which frames could be accepted: at least one API process lived and had this database. One row.';
COMMENT ON COLUMN open_door.only_row IS 'Always true, so that there is one row.';
COMMENT ON COLUMN open_door.open_since IS 'Since when, without a gap. Whoever was not heard before that may have tried in vain.';
COMMENT ON COLUMN open_door.seen_at IS 'Last sign of life of any API process.';

CREATE TABLE open_frames (
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  device_id    text        NOT NULL,
  user_id      text        NOT NULL,
  batch_id     uuid,
  alone        boolean     NOT NULL DEFAULT false,
  returned_at  timestamptz,
  run          integer     NOT NULL DEFAULT 1,
  notify       boolean     NOT NULL DEFAULT true,
  opened_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT open_frames_pkey PRIMARY KEY (frame_id)
);
CREATE INDEX open_frames_batch ON open_frames USING btree (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX open_frames_claimed ON open_frames USING btree (device_id) WHERE batch_id IS NOT NULL;
CREATE INDEX open_frames_waiting ON open_frames USING btree (device_id, captured_at) WHERE batch_id IS NULL;
CREATE INDEX open_frames_waiting_alone ON open_frames USING btree (device_id) WHERE alone AND batch_id IS NULL;
COMMENT ON TABLE open_frames IS 'Frames on their way: waiting (no batch) or in exactly one batch, which is the fence for every stage write.';
COMMENT ON COLUMN open_frames.frame_id IS 'The frame in the ledger.';
COMMENT ON COLUMN open_frames.captured_at IS 'Of the frame; leads to its partition and orders its lane.';
COMMENT ON COLUMN open_frames.device_id IS 'The lane.';
COMMENT ON COLUMN open_frames.user_id IS 'For fairness between users and for quotas.';
COMMENT ON COLUMN open_frames.batch_id IS 'The batch that holds the frame; null while it waits.';
COMMENT ON COLUMN open_frames.alone IS 'True: must not share its next batch, because a batch with it died.';
COMMENT ON COLUMN open_frames.returned_at IS 'When a batch gave it back; it then goes first in its lane. Null for a frame that waits for the first time.';
COMMENT ON COLUMN open_frames.run IS 'Equals frames.runs: a verdict of an earlier run does not count for this one.';
COMMENT ON COLUMN open_frames.notify IS 'False for replays: judge again, tell nobody.';
COMMENT ON COLUMN open_frames.opened_at IS 'When it was put on the list.';
COMMENT ON INDEX open_frames_batch IS 'The frames of a batch.';
COMMENT ON INDEX open_frames_claimed IS 'Whether a lane is busy.';
COMMENT ON INDEX open_frames_waiting IS 'The heads of all lanes.';
COMMENT ON INDEX open_frames_waiting_alone IS 'Frames that wait for quarantine.';

CREATE TABLE picture_removals (
  cause    text        NOT NULL,
  files    bigint      NOT NULL,
  bytes    bigint      NOT NULL,
  last_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT picture_removals_pkey PRIMARY KEY (cause),
  CONSTRAINT picture_removals_cause_check CHECK (cause = ANY (ARRAY['raw_age'::text, 'standard_age'::text, 'budget'::text, 'expired'::text, 'orphan'::text, 'result_age'::text]))
);
COMMENT ON TABLE picture_removals IS 'Running totals of what retention removed from the frame store.';
COMMENT ON COLUMN picture_removals.cause IS 'raw_age, standard_age, result_age: of age; budget: before its age, to make room; expired: a refused frame whose time in the repository is over; orphan: bytes that no row refers to.';
COMMENT ON COLUMN picture_removals.files IS 'How many files.';
COMMENT ON COLUMN picture_removals.bytes IS 'How many bytes.';
COMMENT ON COLUMN picture_removals.last_at IS 'When the last of them went; clock of the database.';

CREATE TABLE picture_rhythms (
  device_id         text             NOT NULL,
  views             jsonb            NOT NULL,
  since             timestamptz      NOT NULL,
  frames            integer          NOT NULL,
  usual_stay_ms     double precision,
  last_captured_at  timestamptz      NOT NULL,
  updated_at        timestamptz      NOT NULL DEFAULT now(),
  CONSTRAINT picture_rhythms_pkey PRIMARY KEY (device_id)
);
COMMENT ON TABLE picture_rhythms IS 'The picture that each device shows now, and its rhythm (policies/picture-rhythm.ts). Moves with the outcomes of validate, in one transaction; goes with the device.';
COMMENT ON COLUMN picture_rhythms.device_id IS 'The device.';
COMMENT ON COLUMN picture_rhythms.views IS 'Signatures of the picture, one for each way in which it was encoded; the blocks of each as base64, two bytes per block, lowest first. Privacy areas are painted over in them.';
COMMENT ON COLUMN picture_rhythms.since IS 'Capture time of the first frame that showed the picture.';
COMMENT ON COLUMN picture_rhythms.frames IS 'How many frames showed it.';
COMMENT ON COLUMN picture_rhythms.usual_stay_ms IS 'For how many milliseconds a picture of the device stays, moving average; null until one was followed by another.';
COMMENT ON COLUMN picture_rhythms.last_captured_at IS 'Capture time of the last frame that moved this row; a write that saw another is refused.';
COMMENT ON COLUMN picture_rhythms.updated_at IS 'Clock of the database.';

CREATE TABLE policies (
  policy_id        text        NOT NULL,
  current_version  integer     NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  deleted_at       timestamptz,
  CONSTRAINT policies_pkey PRIMARY KEY (policy_id)
);
COMMENT ON TABLE policies IS 'One row per policy; what it holds stands in policy_versions.';
COMMENT ON COLUMN policies.policy_id IS 'Chosen by the admin (contracts/ids.ts).';
COMMENT ON COLUMN policies.current_version IS 'The version that is in force.';
COMMENT ON COLUMN policies.created_at IS 'Clock of the database.';
COMMENT ON COLUMN policies.updated_at IS 'When current_version last moved.';
COMMENT ON COLUMN policies.deleted_at IS 'When it was deleted; null while in force. The row stays, because a policy of the same id goes on with the next version.';

CREATE TABLE policy_versions (
  policy_id   text        NOT NULL,
  version     integer     NOT NULL,
  content     jsonb       NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text        NOT NULL,
  CONSTRAINT policy_versions_pkey PRIMARY KEY (policy_id, version),
  CONSTRAINT policy_versions_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policies(policy_id)
);
COMMENT ON TABLE policy_versions IS 'What a policy held and holds. Rows never change.';
COMMENT ON COLUMN policy_versions.policy_id IS 'The policy.';
COMMENT ON COLUMN policy_versions.version IS 'From 1, without gaps.';
COMMENT ON COLUMN policy_versions.content IS 'name; rules: list of ruleId, severity, zones, each rule once; defaults: severity, zones. Severity or zones null: none said here.';
COMMENT ON COLUMN policy_versions.created_at IS 'Clock of the database.';
COMMENT ON COLUMN policy_versions.created_by IS 'Id of the API key that put it.';

CREATE TABLE refused_uploads (
  device_id    text        NOT NULL,
  refused_at   timestamptz NOT NULL,
  code         text,
  uploads      integer     NOT NULL DEFAULT 0,
  first_at     timestamptz,
  last_at      timestamptz,
  off_seconds  bigint,
  CONSTRAINT refused_uploads_pkey PRIMARY KEY (device_id),
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

CREATE TABLE responses (
  response_id   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  incident_id   uuid        NOT NULL,
  at            timestamptz NOT NULL DEFAULT clock_timestamp(),
  kind          text,
  way           text        NOT NULL,
  contact_id    text,
  said          text,
  provider_id   text,
  user_id       text        NOT NULL,
  device_id     text        NOT NULL,
  frame_id      uuid        NOT NULL,
  rule_id       text        NOT NULL,
  rule_version  integer     NOT NULL,
  known_until   timestamptz,
  CONSTRAINT responses_pkey PRIMARY KEY (response_id),
  CONSTRAINT responses_kind_check CHECK (kind = ANY (ARRAY['acknowledge'::text, 'resolve'::text, 'real'::text, 'false_alarm'::text, 'known'::text])),
  CONSTRAINT responses_way_check CHECK (way = ANY (ARRAY['api'::text, 'link'::text, 'sms'::text, 'call'::text])),
  CONSTRAINT responses_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES incidents(incident_id)
);
CREATE INDEX responses_incident ON responses USING btree (incident_id, response_id);
CREATE UNIQUE INDEX responses_provider ON responses USING btree (provider_id) WHERE provider_id IS NOT NULL;
CREATE INDEX responses_rule ON responses USING btree (rule_id, rule_version) WHERE kind = ANY (ARRAY['real'::text, 'false_alarm'::text, 'known'::text]);
COMMENT ON TABLE responses IS 'Every answer of a person about an incident. Verdicts among them are labels: of the frame, for the rule version.';
COMMENT ON COLUMN responses.response_id IS 'In order.';
COMMENT ON COLUMN responses.incident_id IS 'The incident.';
COMMENT ON COLUMN responses.at IS 'Clock of the database.';
COMMENT ON COLUMN responses.kind IS 'contracts/response.ts RESPONSE_KINDS; null when what was said is none of them.';
COMMENT ON COLUMN responses.way IS 'By what: the API, a signed link, a text message, a key pressed during a call.';
COMMENT ON COLUMN responses.contact_id IS 'Who answered; null over the API.';
COMMENT ON COLUMN responses.said IS 'The key pressed or the words written, cut to 200 characters; null where a button or the API said it.';
COMMENT ON COLUMN responses.provider_id IS 'Id that the provider has for the text message; null where none has one.';
COMMENT ON COLUMN responses.user_id IS 'Whose incident it is.';
COMMENT ON COLUMN responses.device_id IS 'Where.';
COMMENT ON COLUMN responses.frame_id IS 'The frame that the person was shown last, or the first of the incident.';
COMMENT ON COLUMN responses.rule_id IS 'The rule.';
COMMENT ON COLUMN responses.rule_version IS 'Version of the rule that opened the incident.';
COMMENT ON COLUMN responses.known_until IS 'For known: until when that thing is muted on that camera; null otherwise.';
COMMENT ON INDEX responses_incident IS 'The answers about one incident.';
COMMENT ON INDEX responses_provider IS 'What a repeated callback was about the first time.';
COMMENT ON INDEX responses_rule IS 'The labels of a rule.';

CREATE TABLE rule_counts (
  user_id       text        NOT NULL,
  device_id     text        NOT NULL,
  rule_id       text        NOT NULL,
  rule_version  integer     NOT NULL,
  hour          timestamptz NOT NULL,
  judged        bigint      NOT NULL,
  matched       bigint      NOT NULL,
  CONSTRAINT rule_counts_pkey PRIMARY KEY (user_id, device_id, rule_id, rule_version, hour)
);
COMMENT ON TABLE rule_counts IS 'Matches per rule version, device and hour; how many frames a rule judged stands in rule_set_counts.';
COMMENT ON COLUMN rule_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN rule_counts.device_id IS 'The device.';
COMMENT ON COLUMN rule_counts.rule_id IS 'The rule.';
COMMENT ON COLUMN rule_counts.rule_version IS 'Its version.';
COMMENT ON COLUMN rule_counts.hour IS 'Start of the hour (UTC) of capture.';
COMMENT ON COLUMN rule_counts.judged IS 'Verdicts that were kept in full, first runs only; before sets were recorded that was every frame judged.';
COMMENT ON COLUMN rule_counts.matched IS 'Frames that it called unsafe, first runs only.';

CREATE TABLE rule_set_counts (
  user_id      text        NOT NULL,
  device_id    text        NOT NULL,
  rule_set_id  bytea       NOT NULL,
  hour         timestamptz NOT NULL,
  frames       bigint      NOT NULL,
  CONSTRAINT rule_set_counts_pkey PRIMARY KEY (user_id, device_id, rule_set_id, hour)
);
COMMENT ON TABLE rule_set_counts IS 'Frames judged per rule set, device and hour. Every rule of the set judged each of them: what did not match is kept as a number only.';
COMMENT ON COLUMN rule_set_counts.user_id IS 'Owner at acceptance.';
COMMENT ON COLUMN rule_set_counts.device_id IS 'The device.';
COMMENT ON COLUMN rule_set_counts.rule_set_id IS 'The set.';
COMMENT ON COLUMN rule_set_counts.hour IS 'Start of the hour (UTC) of capture.';
COMMENT ON COLUMN rule_set_counts.frames IS 'Frames judged, first runs only.';

CREATE TABLE rule_sets (
  rule_set_id    bytea       NOT NULL,
  contents       jsonb       NOT NULL,
  first_used_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT rule_sets_pkey PRIMARY KEY (rule_set_id)
);
COMMENT ON TABLE rule_sets IS 'All that a device was judged by at one time. Rows never change; equal contents are one row.';
COMMENT ON COLUMN rule_sets.rule_set_id IS 'SHA-256 of the contents as canonical JSON: keys sorted, no spaces.';
COMMENT ON COLUMN rule_sets.contents IS 'rules: list of ruleId, version, severity, zones, through (policies/effective-rules.ts); zones of the device (contracts/zone.ts Zone); timeZone of the clock that windows go by.';
COMMENT ON COLUMN rule_sets.first_used_at IS 'When the first frame was judged by it; clock of the database.';

CREATE TABLE rules (
  rule_id          text        NOT NULL,
  current_version  integer     NOT NULL,
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now(),
  deleted_at       timestamptz,
  CONSTRAINT rules_pkey PRIMARY KEY (rule_id)
);
COMMENT ON TABLE rules IS 'One row per rule; what it says stands in rule_versions.';
COMMENT ON COLUMN rules.rule_id IS 'The number in "RuleID: 100".';
COMMENT ON COLUMN rules.current_version IS 'The version that judges frames from now on.';
COMMENT ON COLUMN rules.created_at IS 'Clock of the database.';
COMMENT ON COLUMN rules.updated_at IS 'When current_version last moved.';
COMMENT ON COLUMN rules.deleted_at IS 'When it was deleted; null while in force. The row stays, because old verdicts point at its versions.';

CREATE TABLE rule_versions (
  rule_id     text        NOT NULL,
  version     integer     NOT NULL,
  source      text        NOT NULL,
  condition   jsonb       NOT NULL,
  warnings    jsonb       NOT NULL DEFAULT '[]'::jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text        NOT NULL,
  name        text,
  severity    text,
  CONSTRAINT rule_versions_pkey PRIMARY KEY (rule_id, version),
  CONSTRAINT rule_versions_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES rules(rule_id)
);
COMMENT ON TABLE rule_versions IS 'What a rule said and says. Rows never change: old verdicts point at them.';
COMMENT ON COLUMN rule_versions.rule_id IS 'The rule.';
COMMENT ON COLUMN rule_versions.version IS 'From 1, without gaps.';
COMMENT ON COLUMN rule_versions.source IS 'The text as the admin sent it.';
COMMENT ON COLUMN rule_versions.condition IS 'The parsed condition tree (policies/model.ts).';
COMMENT ON COLUMN rule_versions.warnings IS 'Problems shown to the admin at the save (contracts/rule.ts RuleProblem).';
COMMENT ON COLUMN rule_versions.created_at IS 'Clock of the database.';
COMMENT ON COLUMN rule_versions.created_by IS 'Id of the API key that put it.';
COMMENT ON COLUMN rule_versions.name IS 'As the text calls the rule; null: it does not, or the version is older than this column.';
COMMENT ON COLUMN rule_versions.severity IS 'As the text says it (contracts/severity.ts); null: it does not, or the version is older than this column.';

CREATE TABLE schema_migrations (
  name        text        NOT NULL,
  sha256      text        NOT NULL,
  applied_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT schema_migrations_pkey PRIMARY KEY (name)
);
COMMENT ON TABLE schema_migrations IS 'Which migrations this database has.';
COMMENT ON COLUMN schema_migrations.name IS 'File name in migrations/.';
COMMENT ON COLUMN schema_migrations.sha256 IS 'Of the file when it was applied; a later change of the file is refused.';
COMMENT ON COLUMN schema_migrations.applied_at IS 'Clock of the database.';

CREATE TABLE stage_results (
  frame_id     uuid        NOT NULL,
  captured_at  timestamptz NOT NULL,
  batch_id     uuid        NOT NULL,
  stage        text        NOT NULL,
  outcome      text        NOT NULL,
  code         text,
  detail       text,
  started_at   timestamptz NOT NULL,
  finished_at  timestamptz NOT NULL,
  worker       text        NOT NULL,
  CONSTRAINT stage_results_pkey PRIMARY KEY (frame_id, captured_at, batch_id, stage),
  CONSTRAINT stage_results_outcome_check CHECK (outcome = ANY (ARRAY['done'::text, 'refused'::text, 'retry'::text, 'failed'::text]))
) PARTITION BY RANGE (captured_at);
COMMENT ON TABLE stage_results IS 'One row per frame, batch and stage. The first write wins, so a repeated try changes nothing.';
COMMENT ON COLUMN stage_results.frame_id IS 'The frame.';
COMMENT ON COLUMN stage_results.captured_at IS 'Leads to the partition.';
COMMENT ON COLUMN stage_results.batch_id IS 'The batch that held the frame then.';
COMMENT ON COLUMN stage_results.stage IS 'One of contracts/stages.ts FRAME_STAGES.';
COMMENT ON COLUMN stage_results.outcome IS 'done; refused: the frame is no good; retry: back to the ledger; failed: this stage cannot do this frame.';
COMMENT ON COLUMN stage_results.code IS 'Failure code; null when done.';
COMMENT ON COLUMN stage_results.detail IS 'For people; null when done.';
COMMENT ON COLUMN stage_results.started_at IS 'Clock of the worker.';
COMMENT ON COLUMN stage_results.finished_at IS 'Clock of the worker.';
COMMENT ON COLUMN stage_results.worker IS 'Host and process that did it.';

CREATE TABLE stage_results_default PARTITION OF stage_results DEFAULT;
COMMENT ON TABLE stage_results_default IS 'Days without a partition of their own.';

CREATE TABLE users (
  user_id             text        NOT NULL,
  name                text        NOT NULL,
  enabled             boolean     NOT NULL DEFAULT true,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now(),
  weight              integer     NOT NULL DEFAULT 1,
  chain_id            text,
  equipment_chain_id  text,
  messages_per_hour   integer,
  enabled_since       timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT users_pkey PRIMARY KEY (user_id),
  CONSTRAINT users_messages_per_hour_check CHECK (messages_per_hour > 0),
  CONSTRAINT users_weight_check CHECK (weight >= 1 AND weight <= 100),
  CONSTRAINT users_chain_id_fkey FOREIGN KEY (chain_id) REFERENCES chains(chain_id),
  CONSTRAINT users_equipment_chain_id_fkey FOREIGN KEY (equipment_chain_id) REFERENCES chains(chain_id)
);
COMMENT ON TABLE users IS 'A customer: owns devices, has rules assigned, is told by contacts.';
COMMENT ON COLUMN users.user_id IS 'Chosen by the admin; safe in tags and paths (contracts/ids.ts).';
COMMENT ON COLUMN users.name IS 'As people write it.';
COMMENT ON COLUMN users.enabled IS 'False refuses new frames of all devices of this user and rejects those still waiting.';
COMMENT ON COLUMN users.created_at IS 'Clock of the database.';
COMMENT ON COLUMN users.updated_at IS 'Last PUT.';
COMMENT ON COLUMN users.weight IS 'Turns at the dispatcher, 1 to 100: a user of weight 3 gets three lanes under way for each one of a user of weight 1. Matters only while frames wait.';
COMMENT ON COLUMN users.chain_id IS 'Chain of the user''s incidents; null: that of the policy that brought the rule, or the default.';
COMMENT ON COLUMN users.equipment_chain_id IS 'Chain of the user''s equipment notices; null: the default.';
COMMENT ON COLUMN users.messages_per_hour IS 'Messages that new incidents may send the user in an hour; null: the setting.';
COMMENT ON COLUMN users.enabled_since IS 'When the user was last switched on: before that no frame could be expected of its devices.';

CREATE TABLE api_keys (
  key_id      uuid        NOT NULL DEFAULT gen_random_uuid(),
  key_sha256  bytea       NOT NULL,
  role        text        NOT NULL,
  user_id     text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  revoked_at  timestamptz,
  CONSTRAINT api_keys_pkey PRIMARY KEY (key_id),
  CONSTRAINT api_keys_key_sha256_key UNIQUE (key_sha256),
  CONSTRAINT api_keys_role_check CHECK (role = ANY (ARRAY['ingest'::text, 'customer'::text, 'admin'::text, 'ops'::text])),
  CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
COMMENT ON TABLE api_keys IS 'Who may call the HTTP API, and as what.';
COMMENT ON COLUMN api_keys.key_id IS 'Names the key in logs and audit; no secret.';
COMMENT ON COLUMN api_keys.key_sha256 IS 'SHA-256 of the whole key text.';
COMMENT ON COLUMN api_keys.role IS 'ingest hands over frames; customer reads its own; admin writes accounts and rules; ops runs the plant.';
COMMENT ON COLUMN api_keys.user_id IS 'Limits the key to this user; null is every user.';
COMMENT ON COLUMN api_keys.created_at IS 'Clock of the database.';
COMMENT ON COLUMN api_keys.revoked_at IS 'From then on the key is refused; null while valid.';

CREATE TABLE assignments (
  assignment_id  bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  user_id        text,
  group_id       text,
  rule_id        text,
  policy_id      text,
  device_ids     text[],
  zones          text[],
  severity       text,
  assigned_at    timestamptz NOT NULL DEFAULT now(),
  assigned_by    text        NOT NULL,
  CONSTRAINT assignments_pkey PRIMARY KEY (assignment_id),
  CONSTRAINT assignments_devices_of_user CHECK (device_ids IS NULL OR user_id IS NOT NULL),
  CONSTRAINT assignments_one_assignee CHECK (num_nonnulls(user_id, group_id) = 1),
  CONSTRAINT assignments_one_thing CHECK (num_nonnulls(rule_id, policy_id) = 1),
  CONSTRAINT assignments_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(group_id),
  CONSTRAINT assignments_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES policies(policy_id),
  CONSTRAINT assignments_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES rules(rule_id),
  CONSTRAINT assignments_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
CREATE UNIQUE INDEX assignments_group_policy ON assignments USING btree (group_id, policy_id) WHERE group_id IS NOT NULL AND policy_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_group_rule ON assignments USING btree (group_id, rule_id) WHERE group_id IS NOT NULL AND rule_id IS NOT NULL;
CREATE INDEX assignments_policy_id ON assignments USING btree (policy_id, user_id) WHERE policy_id IS NOT NULL;
CREATE INDEX assignments_rule_id ON assignments USING btree (rule_id, user_id) WHERE rule_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_user_policy ON assignments USING btree (user_id, policy_id) WHERE user_id IS NOT NULL AND policy_id IS NOT NULL;
CREATE UNIQUE INDEX assignments_user_rule ON assignments USING btree (user_id, rule_id) WHERE user_id IS NOT NULL AND rule_id IS NOT NULL;
COMMENT ON TABLE assignments IS 'Which rules and policies judge the frames of which users: one assignee, a user or a group, and one thing, a rule or a policy.';
COMMENT ON COLUMN assignments.assignment_id IS 'Counted by the database; a replaced assignment keeps it.';
COMMENT ON COLUMN assignments.user_id IS 'Whose frames; null for a group.';
COMMENT ON COLUMN assignments.group_id IS 'The frames of whose members; null for a user.';
COMMENT ON COLUMN assignments.rule_id IS 'Judged by which rule, always in its current version; null for a policy.';
COMMENT ON COLUMN assignments.policy_id IS 'Judged by the rules of which policy, always in its current version; null for a rule.';
COMMENT ON COLUMN assignments.device_ids IS 'Only these devices of the user; null is all of them, also future ones. Always null for a group.';
COMMENT ON COLUMN assignments.zones IS 'Names of zones in which objects must be where the rule itself names none; null: as the policy says, or anywhere.';
COMMENT ON COLUMN assignments.severity IS 'Of the matches, whatever policy and rule say (contracts/severity.ts); null: as they say.';
COMMENT ON COLUMN assignments.assigned_at IS 'When it was last changed, by the clock of the database.';
COMMENT ON COLUMN assignments.assigned_by IS 'Id of the API key that last changed it.';
COMMENT ON CONSTRAINT assignments_devices_of_user ON assignments IS 'The devices of a group are those of its members, whoever they are at the time.';
COMMENT ON CONSTRAINT assignments_one_assignee ON assignments IS 'A user or a group.';
COMMENT ON CONSTRAINT assignments_one_thing ON assignments IS 'A rule or a policy.';
COMMENT ON INDEX assignments_group_policy IS 'A policy is assigned to a group once; finds the policies of a group.';
COMMENT ON INDEX assignments_group_rule IS 'A rule is assigned to a group once; finds the rules of a group.';
COMMENT ON INDEX assignments_policy_id IS 'Who has a policy, users in order of id, then groups.';
COMMENT ON INDEX assignments_rule_id IS 'Who has a rule, users in order of id, then groups.';
COMMENT ON INDEX assignments_user_policy IS 'A policy is assigned to a user once; finds the policies of a user.';
COMMENT ON INDEX assignments_user_rule IS 'A rule is assigned to a user once; finds the rules of a user.';

CREATE TABLE contacts (
  contact_id   text        NOT NULL,
  user_id      text        NOT NULL,
  channel      text        NOT NULL,
  address      text        NOT NULL,
  enabled      boolean     NOT NULL DEFAULT true,
  "position"   integer     NOT NULL DEFAULT 0,
  created_at   timestamptz NOT NULL DEFAULT now(),
  updated_at   timestamptz NOT NULL DEFAULT now(),
  quiet_hours  jsonb,
  failed_code  text,
  CONSTRAINT contacts_pkey PRIMARY KEY (contact_id),
  CONSTRAINT contacts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
CREATE INDEX contacts_user_id ON contacts USING btree (user_id, "position", contact_id);
COMMENT ON TABLE contacts IS 'Where a user is told.';
COMMENT ON COLUMN contacts.contact_id IS 'Chosen by the admin; part of delivery keys.';
COMMENT ON COLUMN contacts.user_id IS 'Whose contact this is.';
COMMENT ON COLUMN contacts.channel IS 'One of contracts/delivery.ts CHANNELS.';
COMMENT ON COLUMN contacts.address IS 'Mail address, number or URL, as the channel wants it.';
COMMENT ON COLUMN contacts.enabled IS 'False is never told.';
COMMENT ON COLUMN contacts."position" IS 'Order in which a user wants to be told; lowest first.';
COMMENT ON COLUMN contacts.created_at IS 'Clock of the database.';
COMMENT ON COLUMN contacts.updated_at IS 'Last PUT.';
COMMENT ON COLUMN contacts.quiet_hours IS 'When it is not told (contracts/quiet-hours.ts QuietHours); null: those of the policy, if any.';
COMMENT ON COLUMN contacts.failed_code IS 'Failure code for which it was switched off by itself; null when it was not.';
COMMENT ON INDEX contacts_user_id IS 'Contacts of one user in the order of telling.';

CREATE TABLE devices (
  device_id             text        NOT NULL,
  user_id               text        NOT NULL,
  name                  text        NOT NULL,
  time_zone             text        NOT NULL,
  enabled               boolean     NOT NULL DEFAULT true,
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT now(),
  class                 text        NOT NULL DEFAULT 'camera'::text,
  privacy_areas         jsonb       NOT NULL DEFAULT '[]'::jsonb,
  model                 text,
  zones                 jsonb       NOT NULL DEFAULT '[]'::jsonb,
  silent_after_seconds  integer,
  enabled_since         timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT devices_pkey PRIMARY KEY (device_id),
  CONSTRAINT devices_silent_after_seconds_check CHECK (silent_after_seconds >= 0),
  CONSTRAINT devices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
CREATE INDEX devices_user_id ON devices USING btree (user_id);
COMMENT ON TABLE devices IS 'A camera, or anything that hands over frames.';
COMMENT ON COLUMN devices.device_id IS 'Chosen by the admin; safe in tags and paths (contracts/ids.ts).';
COMMENT ON COLUMN devices.user_id IS 'The owner: whose rules judge its frames.';
COMMENT ON COLUMN devices.name IS 'As it stands in messages, such as Back door.';
COMMENT ON COLUMN devices.time_zone IS 'IANA name; local times in rules and messages are of this zone.';
COMMENT ON COLUMN devices.enabled IS 'False refuses new frames and rejects those still waiting.';
COMMENT ON COLUMN devices.created_at IS 'Clock of the database.';
COMMENT ON COLUMN devices.updated_at IS 'Last PUT.';
COMMENT ON COLUMN devices.class IS 'One of contracts/device.ts DEVICE_CLASSES; decides the limits of its frames.';
COMMENT ON COLUMN devices.privacy_areas IS 'List of polygons, each a list of [x, y] in shares of the upright picture: painted over before anything is kept.';
COMMENT ON COLUMN devices.model IS 'Name of the model that looks at its frames, registered or part of the product; null: the one that the worker uses.';
COMMENT ON COLUMN devices.zones IS 'List of contracts/zone.ts Zone: parts of the view that rules speak of, and masks, in which rules see nothing.';
COMMENT ON COLUMN devices.silent_after_seconds IS 'How long it may send nothing before its owner is told; null: the setting; 0: for ever.';
COMMENT ON COLUMN devices.enabled_since IS 'When it was last switched on: before that no frame could be expected of it.';
COMMENT ON INDEX devices_user_id IS 'Lists the devices of one user.';

CREATE TABLE group_members (
  group_id  text NOT NULL,
  user_id   text NOT NULL,
  CONSTRAINT group_members_pkey PRIMARY KEY (group_id, user_id),
  CONSTRAINT group_members_group_id_fkey FOREIGN KEY (group_id) REFERENCES groups(group_id),
  CONSTRAINT group_members_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
CREATE INDEX group_members_user_id ON group_members USING btree (user_id);
COMMENT ON TABLE group_members IS 'Which users are in which groups; any number of each.';
COMMENT ON COLUMN group_members.group_id IS 'The group.';
COMMENT ON COLUMN group_members.user_id IS 'Its member; goes along when the user is removed.';
COMMENT ON INDEX group_members_user_id IS 'Groups of the users whose frames are judged.';

CREATE TABLE snoozes (
  snooze_id   uuid        NOT NULL,
  user_id     text        NOT NULL,
  rule_id     text,
  device_id   text,
  labels      text[],
  cause       text        NOT NULL,
  until_at    timestamptz NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  created_by  text        NOT NULL,
  ended_at    timestamptz,
  CONSTRAINT snoozes_pkey PRIMARY KEY (snooze_id),
  CONSTRAINT snoozes_cause_check CHECK (cause = ANY (ARRAY['snoozed'::text, 'known'::text])),
  CONSTRAINT snoozes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(user_id)
);
CREATE INDEX snoozes_user ON snoozes USING btree (user_id, until_at) WHERE ended_at IS NULL;
COMMENT ON TABLE snoozes IS 'Matches that shall tell nobody for a time.';
COMMENT ON COLUMN snoozes.snooze_id IS 'UUIDv7.';
COMMENT ON COLUMN snoozes.user_id IS 'Whose matches.';
COMMENT ON COLUMN snoozes.rule_id IS 'Only of this rule; null: of any.';
COMMENT ON COLUMN snoozes.device_id IS 'Only of this device; null: of any.';
COMMENT ON COLUMN snoozes.labels IS 'Only matches on nothing but these labels; null: any.';
COMMENT ON COLUMN snoozes.cause IS 'snoozed: the user asked for silence, and gets a digest; known: the user knows that thing, and gets none.';
COMMENT ON COLUMN snoozes.until_at IS 'Until when.';
COMMENT ON COLUMN snoozes.created_at IS 'Clock of the database.';
COMMENT ON COLUMN snoozes.created_by IS 'Who asked: a key, or a contact and its way.';
COMMENT ON COLUMN snoozes.ended_at IS 'When it was taken back before its time; null otherwise.';
COMMENT ON INDEX snoozes_user IS 'What holds for the matches of a user.';

CREATE TABLE workers (
  worker_id          text             NOT NULL,
  stages             text[]           NOT NULL,
  detector           jsonb,
  started_at         timestamptz      NOT NULL DEFAULT now(),
  seen_at            timestamptz      NOT NULL DEFAULT now(),
  detect_slots       integer,
  detect_frame_ms    double precision,
  detect_idle_share  double precision,
  url                text,
  CONSTRAINT workers_pkey PRIMARY KEY (worker_id)
);
COMMENT ON TABLE workers IS 'One row per worker, API or dispatcher process; rows not seen for a day are removed.';
COMMENT ON COLUMN workers.worker_id IS 'Host, process id and a random part, as in stage_results.worker.';
COMMENT ON COLUMN workers.stages IS 'What it runs (contracts/stages.ts), or api.';
COMMENT ON COLUMN workers.detector IS 'For a detect worker: model identity and, when it fell back, the sentence that says so. Null for others.';
COMMENT ON COLUMN workers.started_at IS 'Clock of the database.';
COMMENT ON COLUMN workers.seen_at IS 'Last sign of life; older than 30 s is taken for dead.';
COMMENT ON COLUMN workers.detect_slots IS 'Batches that this process detects in at once; null where it does not run the stage detect.';
COMMENT ON COLUMN workers.detect_frame_ms IS 'Moving average of what one frame costs this process with all its threads at work; null until it has seen one.';
COMMENT ON COLUMN workers.detect_idle_share IS 'Share of its threads'' time since the last sign of life in which there was nothing to detect, 0..1; null where it does not run the stage detect.';
COMMENT ON COLUMN workers.url IS 'Where an API process answers, as seen from its own machine; null for others.';

CREATE OR REPLACE FUNCTION public.ensure_day_partitions(first_day date, last_day date)
 RETURNS integer
 LANGUAGE plpgsql
 SET "TimeZone" TO 'UTC'
AS $function$
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
END $function$;
COMMENT ON FUNCTION ensure_day_partitions(date,date) IS 'Creates missing day partitions (UTC) of frames, stage_results, frame_detections and frame_verdicts; returns how many. Safe to repeat and to run at once.';

CREATE OR REPLACE FUNCTION public.tell_of_rules()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  PERFORM pg_notify('watchpost_rules', '');
  RETURN NULL;
END $function$;
COMMENT ON FUNCTION tell_of_rules() IS 'Says on the channel watchpost_rules that frames may be judged otherwise from now on; heard once per transaction, at its commit.';

CREATE TRIGGER assignments_tell AFTER INSERT OR DELETE OR UPDATE ON assignments FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER assignments_tell ON assignments IS 'Somebody is judged by other rules.';
CREATE TRIGGER devices_changed_tell AFTER UPDATE ON devices FOR EACH ROW WHEN (old.zones IS DISTINCT FROM new.zones OR old.time_zone IS DISTINCT FROM new.time_zone OR old.user_id IS DISTINCT FROM new.user_id OR old.model IS DISTINCT FROM new.model) EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER devices_changed_tell ON devices IS 'What the judging of its frames depends on has changed.';
CREATE TRIGGER devices_tell AFTER INSERT OR DELETE ON devices FOR EACH ROW EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER devices_tell ON devices IS 'A device that is new or gone; it may come back as that of another user.';
CREATE TRIGGER group_members_tell AFTER INSERT OR DELETE OR UPDATE ON group_members FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER group_members_tell ON group_members IS 'A member gets what is assigned to its group.';
CREATE TRIGGER policies_tell AFTER INSERT OR DELETE OR UPDATE ON policies FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER policies_tell ON policies IS 'A policy has another version or is deleted.';
CREATE TRIGGER rules_tell AFTER INSERT OR DELETE OR UPDATE ON rules FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER rules_tell ON rules IS 'A rule has another version or is deleted.';
