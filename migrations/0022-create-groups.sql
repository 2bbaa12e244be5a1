-- Groups of users, which get rules and policies in one go.

CREATE TABLE groups (
  group_id    text PRIMARY KEY,
  name        text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE groups IS 'Users that get rules and policies together. Who is in one stands in group_members.';
COMMENT ON COLUMN groups.group_id IS 'Chosen by the admin (contracts/ids.ts).';
COMMENT ON COLUMN groups.name IS 'As people write it.';
COMMENT ON COLUMN groups.created_at IS 'Clock of the database.';
COMMENT ON COLUMN groups.updated_at IS 'Last PUT.';

CREATE TABLE group_members (
  group_id  text NOT NULL REFERENCES groups (group_id),
  user_id   text NOT NULL REFERENCES users (user_id),
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user_id ON group_members (user_id);
COMMENT ON TABLE group_members IS 'Which users are in which groups; any number of each.';
COMMENT ON COLUMN group_members.group_id IS 'The group.';
COMMENT ON COLUMN group_members.user_id IS 'Its member; goes along when the user is removed.';
COMMENT ON INDEX group_members_user_id IS 'Groups of the users whose frames are judged.';

CREATE FUNCTION tell_of_rules() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  PERFORM pg_notify('watchpost_rules', '');
  RETURN NULL;
END $$;
COMMENT ON FUNCTION tell_of_rules() IS 'Says on the channel watchpost_rules that frames may be judged otherwise from now on; heard once per transaction, at its commit.';

CREATE TRIGGER group_members_tell AFTER INSERT OR UPDATE OR DELETE ON group_members FOR EACH STATEMENT EXECUTE FUNCTION tell_of_rules();
COMMENT ON TRIGGER group_members_tell ON group_members IS 'A member gets what is assigned to its group.';
