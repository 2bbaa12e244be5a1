-- Turns by weight: how much of the plant a user gets while there is not enough for all.

ALTER TABLE users ADD COLUMN weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100);
COMMENT ON COLUMN users.weight IS 'Turns at the dispatcher, 1 to 100: a user of weight 3 gets three lanes under way for each one of a user of weight 1. Matters only while frames wait.';
