/** docs/calibration.md, as `npm run calibrate` writes it. Pure. */
import { probabilityOf } from '../../adapters/detector/calibration.ts';
import type { CalibratedModel } from '../../adapters/detector/calibration.ts';
import { CLASS_GROUP_NAMES } from '../../contracts/class-groups.ts';
import type { CrossValidation } from './cross-validate.ts';
import type { Pair } from './pairs.ts';
import { byGroup } from './pairs.ts';
import type { Reliability } from './reliability.ts';

export interface Calibrated {
  readonly model: CalibratedModel;
  readonly runtime: string;
  readonly pairs: readonly Pair[];
  readonly validation: CrossValidation;
  /** Name of the plot beside the page. */
  readonly plot: string;
}

const SCORES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] as const;

const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => ' --- |').join('')}`, ...rows.map((row) => `| ${row.join(' | ')} |`)];
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const figures = ({ error, brier, logLoss }: Reliability): string => `${percent(error)} / ${brier.toFixed(3)} / ${logLoss.toFixed(3)}`;

export const calibrationPage = (all: readonly Calibrated[], pictures: Readonly<Record<string, number>>): string => `${[
  '# Calibration',
  '',
  '<!-- Written by `npm run calibrate`; edit bench/calibrate/report.ts instead. -->',
  '',
  'A detector\'s score orders what it sees; it is no probability, and scores of two models are not on one scale. Rules compare `probability`, so that "80 %" means',
  'that eight in ten things said so are there. The numbers stand in `adapters/detector/calibration.json`, one curve per model version and group of classes:',
  '`probability = 1 / (1 + exp(-(slope * logit(score) + intercept)))`, the most likely one given the pairs, each group leaning on what all groups say together by the',
  'weight of four pairs. A pair is one detection from a score of 0.1 up and whether it was right: the class has that name (vehicles are one class) and the box covers the labelled',
  'one at an IoU of 0.45. Detections in regions that people left unlabelled are not counted.',
  '',
  `Labelled pictures: ${Object.entries(pictures).map(([set, count]) => `${count} of \`${set}\``).join(', ')}.`,
  '',
  '## How far it can be trusted',
  '',
  'Each figure is of frames that the fit did not see: the scenes are dealt to five folds, and each fold is judged by a fit on the other four. Expected calibration error',
  '(ten bins) / Brier score / log loss, of the score taken for a probability and of two ways to calibrate it. Lower is better.',
  '',
  ...table(['model', 'detections', 'score as it is', 'logistic (used)', 'isotonic'],
    all.map(({ model, validation: { score, logistic, isotonic } }) => [`${model.name} ${model.version}`, score.count, figures(score), figures(logistic), figures(isotonic)])),
  '',
  'The same by group of classes, calibration error of the score and of the probability, with the number of detections and how many of them were right:',
  '',
  ...table(['model', ...CLASS_GROUP_NAMES], all.map(({ model, pairs, validation }) => [`${model.name} ${model.version}`, ...CLASS_GROUP_NAMES.map((group) => {
    const of = byGroup(pairs).get(group)!;
    const ways = validation.groups.get(group)!;
    return of.length === 0 ? '-' : `${percent(ways.score.error)} -> ${percent(ways.logistic.error)} (${of.filter(({ right }) => right).length} of ${of.length})`;
  })])),
  '',
  'The pictures are few: a hundred more of any one camera would move these figures by points. People and vehicles on fixed cameras are well covered, animals hardly, and night not at',
  'all but for darkened daylight. The false things of a fixed camera are the same in every frame, so the folds of one clip are not wholly strangers to each other. COCO\'s',
  '`train` pictures are among those that the networks learnt from.',
  '',
  '## What a score comes to',
  '',
  ...all.flatMap(({ model, runtime, plot }) => [
    `### ${model.name} ${model.version} (${runtime})`,
    '',
    `![reliability](calibration/${plot})`,
    '',
    ...table(['score', ...SCORES.map(String)], CLASS_GROUP_NAMES.map((group) => [group, ...SCORES.map((score) => `${Math.round(probabilityOf(score, model.groups[group]) * 100)} %`)])),
    '',
  ]),
].join('\n').trimEnd()}\n`;
