-- How bad it is: each match keeps the severity of its verdict, an incident the worst of its matches.

ALTER TABLE incidents ADD COLUMN severity text NOT NULL DEFAULT 'medium' CHECK (severity IN ('low', 'medium', 'high', 'critical'));
COMMENT ON COLUMN incidents.severity IS 'The worst of its matches so far; medium for incidents from before this column.';

ALTER TABLE matches ADD COLUMN severity text NOT NULL DEFAULT 'medium' CHECK (severity IN ('low', 'medium', 'high', 'critical'));
COMMENT ON COLUMN matches.severity IS 'Of the verdict; kept here because it may come of the assignment, which the rule version does not tell. Medium for matches from before this column.';
