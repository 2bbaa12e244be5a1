/** Turns a model's score into a probability, which is what rules compare. Each model version has its own table, since scores of different models are not on one scale. */

export interface Calibration {
  /** Stands in `ModelIdentity.calibration`. */
  readonly name: string;
  readonly toProbability: (score: number) => number;
}

const NONE: Calibration = { name: 'none', toProbability: (score) => score };

/** Tables fitted on labelled frames, by name of the model. None is fitted yet, so probability is the score and the identity says so. */
const TABLES: Readonly<Record<string, Calibration>> = {};

export const calibrationOf = (model: string): Calibration => TABLES[model] ?? NONE;
