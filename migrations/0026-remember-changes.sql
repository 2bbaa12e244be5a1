-- Who changed what, when, and what it was before.

CREATE TABLE changes (
  change_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at          timestamptz NOT NULL DEFAULT statement_timestamp(),
  changed_by  text NOT NULL,
  subject     text NOT NULL,
  subject_id  text NOT NULL,
  before      jsonb,
  after       jsonb,
  CONSTRAINT changes_subject CHECK (subject IN ('rule', 'policy', 'group', 'members', 'assignments', 'zones'))
);
CREATE INDEX changes_subject_id ON changes (subject, subject_id, change_id DESC);
COMMENT ON TABLE changes IS 'Every change of what frames are judged by, committed together with the change. Rows never change; a call that changes nothing leaves none.';
COMMENT ON COLUMN changes.change_id IS 'Counted by the database; later changes of one subject have higher ones.';
COMMENT ON COLUMN changes.at IS 'By the clock of the database.';
COMMENT ON COLUMN changes.changed_by IS 'Id of the API key.';
COMMENT ON COLUMN changes.subject IS 'What changed; members are those of a group, assignments those of one user or group, zones those of one device.';
COMMENT ON COLUMN changes.subject_id IS 'Id of the rule, policy, group or device; of assignments user/<id> or group/<id>. No foreign key: history outlives its subject.';
COMMENT ON COLUMN changes.before IS 'What it was; null: there was nothing. Of members and assignments only those that came, went or changed.';
COMMENT ON COLUMN changes.after IS 'What it became; null: nothing is left. Of members and assignments only those that came or changed.';
COMMENT ON INDEX changes_subject_id IS 'The history of one subject, newest first.';
COMMENT ON CONSTRAINT changes_subject ON changes IS 'A subject that no reader knows would never be found again.';
