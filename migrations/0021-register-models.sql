-- Models that users brought: what is known of each version, and which device wants which model.

CREATE TABLE models (
  name           text NOT NULL,
  version        text NOT NULL,
  head           text NOT NULL,
  sha256         bytea NOT NULL,
  labels         text[] NOT NULL,
  licence        text NOT NULL,
  input          jsonb NOT NULL,
  thresholds     jsonb NOT NULL,
  current        boolean NOT NULL,
  registered_at  timestamptz NOT NULL DEFAULT now(),
  registered_by  text NOT NULL,
  PRIMARY KEY (name, version)
);
CREATE UNIQUE INDEX models_one_current ON models (name) WHERE current;
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

ALTER TABLE devices ADD COLUMN model text;
COMMENT ON COLUMN devices.model IS 'Name of the model that looks at its frames, registered or part of the product; null: the one that the worker uses.';
