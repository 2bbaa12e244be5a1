-- What a match was of and how sure: for the best frame of an incident, and for mutes of known things.

ALTER TABLE matches
  ADD COLUMN labels       text[] NOT NULL DEFAULT '{}',
  ADD COLUMN probability  real;
COMMENT ON COLUMN matches.labels IS 'Labels of its evidence, each once; empty where the rule matched on nothing that can be named, and for matches from before this column.';
COMMENT ON COLUMN matches.probability IS 'The best of its evidence, 0..1; null without any.';
