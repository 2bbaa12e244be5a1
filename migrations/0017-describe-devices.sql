-- What kind of camera a device is, and which parts of its view nobody may see.

ALTER TABLE devices
  ADD COLUMN class          text NOT NULL DEFAULT 'camera',
  ADD COLUMN privacy_areas  jsonb NOT NULL DEFAULT '[]';
COMMENT ON COLUMN devices.class IS 'One of contracts/device.ts DEVICE_CLASSES; decides the limits of its frames.';
COMMENT ON COLUMN devices.privacy_areas IS 'List of polygons, each a list of [x, y] in shares of the upright picture: painted over before anything is kept.';
