/**
 * Turns a model's score into a probability, which is what rules compare. Each model version has its own numbers, since scores of different models are not
 * on one scale. They come from labelled frames: `npm run calibrate` writes calibration.json, docs/calibration.md says how and how well.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClassGroup } from '../../contracts/class-groups.ts';
import { groupOf } from '../../contracts/class-groups.ts';
import type { ModelDescription } from '../../contracts/model.ts';

/** probability = 1 / (1 + exp(-(slope * logit(score) + intercept))), after J. Platt, Probabilistic outputs for support vector machines, 1999. */
export interface Logistic {
  readonly slope: number;
  readonly intercept: number;
}

export interface CalibratedModel {
  readonly name: string;
  readonly version: string;
  readonly groups: Readonly<Record<ClassGroup, Logistic>>;
}

export interface Calibration {
  /** Stands in `ModelIdentity.calibration`; another one for other numbers. */
  readonly name: string;
  readonly toProbability: (score: number, label: string) => number;
}

/** Scores of 0 and 1 have no logit; no model says a thing more surely than this. */
const NEARLY = 1e-4;

export const calibrationFile = new URL('./calibration.json', import.meta.url);

export function logit(score: number): number {
  const inside = Math.min(1 - NEARLY, Math.max(NEARLY, score));
  return Math.log(inside / (1 - inside));
}

export const probabilityOf = (score: number, { slope, intercept }: Logistic): number => 1 / (1 + Math.exp(-(slope * logit(score) + intercept)));

/** For a model that nobody calibrated: the score as it is, and the name says so. */
const NONE: Calibration = { name: 'none', toProbability: (score) => score };

const { models } = JSON.parse(readFileSync(calibrationFile, 'utf8')) as { models: readonly CalibratedModel[] };

export function calibrationOf({ name, version }: Pick<ModelDescription, 'name' | 'version'>): Calibration {
  const model = models.find((calibrated) => calibrated.name === name && calibrated.version === version);
  if (!model) return NONE;
  const digest = createHash('sha256').update(JSON.stringify(model.groups)).digest('hex');
  return { name: `logistic-${digest.slice(0, 8)}`, toProbability: (score, label) => probabilityOf(score, model.groups[groupOf(label)]) };
}
