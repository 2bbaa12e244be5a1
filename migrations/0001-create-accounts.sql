-- Who owns cameras and who is told: users, their devices, their contacts.

CREATE TABLE users (
  user_id     text PRIMARY KEY,
  name        text NOT NULL,
  enabled     boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'A customer: owns devices, has rules assigned, is told by contacts.';
COMMENT ON COLUMN users.user_id IS 'Chosen by the admin; safe in tags and paths (contracts/ids.ts).';
COMMENT ON COLUMN users.name IS 'As people write it.';
COMMENT ON COLUMN users.enabled IS 'False refuses new frames of all devices of this user and rejects those still waiting.';
COMMENT ON COLUMN users.created_at IS 'Clock of the database.';
COMMENT ON COLUMN users.updated_at IS 'Last PUT.';

CREATE TABLE devices (
  device_id   text PRIMARY KEY,
  user_id     text NOT NULL REFERENCES users (user_id),
  name        text NOT NULL,
  time_zone   text NOT NULL,
  enabled     boolean NOT NULL DEFAULT true,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX devices_user_id ON devices (user_id);
COMMENT ON TABLE devices IS 'A camera, or anything that hands over frames.';
COMMENT ON COLUMN devices.device_id IS 'Chosen by the admin; safe in tags and paths (contracts/ids.ts).';
COMMENT ON COLUMN devices.user_id IS 'The owner: whose rules judge its frames.';
COMMENT ON COLUMN devices.name IS 'As it stands in messages, such as Back door.';
COMMENT ON COLUMN devices.time_zone IS 'IANA name; local times in rules and messages are of this zone.';
COMMENT ON COLUMN devices.enabled IS 'False refuses new frames and rejects those still waiting.';
COMMENT ON COLUMN devices.created_at IS 'Clock of the database.';
COMMENT ON COLUMN devices.updated_at IS 'Last PUT.';
COMMENT ON INDEX devices_user_id IS 'Lists the devices of one user.';

CREATE TABLE contacts (
  contact_id  text PRIMARY KEY,
  user_id     text NOT NULL REFERENCES users (user_id),
  channel     text NOT NULL,
  address     text NOT NULL,
  enabled     boolean NOT NULL DEFAULT true,
  position    integer NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX contacts_user_id ON contacts (user_id, position, contact_id);
COMMENT ON TABLE contacts IS 'Where a user is told.';
COMMENT ON COLUMN contacts.contact_id IS 'Chosen by the admin; part of delivery keys.';
COMMENT ON COLUMN contacts.user_id IS 'Whose contact this is.';
COMMENT ON COLUMN contacts.channel IS 'One of contracts/delivery.ts CHANNELS.';
COMMENT ON COLUMN contacts.address IS 'Mail address, number or URL, as the channel wants it.';
COMMENT ON COLUMN contacts.enabled IS 'False is never told.';
COMMENT ON COLUMN contacts.position IS 'Order in which a user wants to be told; lowest first.';
COMMENT ON COLUMN contacts.created_at IS 'Clock of the database.';
COMMENT ON COLUMN contacts.updated_at IS 'Last PUT.';
COMMENT ON INDEX contacts_user_id IS 'Contacts of one user in the order of telling.';
