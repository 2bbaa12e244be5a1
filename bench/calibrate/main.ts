/** `npm run calibrate`: learns from labelled frames what each model's scores are worth, and writes table, page and plots. See docs/calibration.md. */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { calibrationFile } from '../../adapters/detector/calibration.ts';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import type { KnownModel } from '../../adapters/detector/known-models.ts';
import { findLabelledPictures } from '../labelled/find.ts';
import { lookAt } from '../labelled/look.ts';
import { openKnown } from '../labelled/open-known.ts';
import { LABELLED_SETS } from '../labelled/pictures.ts';
import type { LabelledPicture } from '../labelled/pictures.ts';
import { crossValidate } from './cross-validate.ts';
import { fitGroups } from './logistic.ts';
import { pairsOf } from './pairs.ts';
import { reliabilityPlot } from './plot.ts';
import { calibrationPage } from './report.ts';
import type { Calibrated } from './report.ts';

const docs = new URL('../../docs/', import.meta.url);
/** Four digits: finer than any of the pictures can tell, and a second run on another processor writes the same file. */
const round = (value: number): number => Number(value.toFixed(4));

async function calibrate(known: KnownModel, pictures: readonly LabelledPicture[]): Promise<Calibrated> {
  const detector = await openKnown(known, { threads: 2 });
  const pairs = pairsOf(await lookAt(detector, pictures));
  await detector.close();
  const groups = Object.fromEntries(Object.entries(fitGroups(pairs)).map(([group, { slope, intercept }]) => [group, { slope: round(slope), intercept: round(intercept) }]));
  return {
    model: { name: known.name, version: known.version, groups: groups as Calibrated['model']['groups'] },
    runtime: detector.identity.runtime, pairs, validation: crossValidate(pairs), plot: `${known.name}-${known.version}.svg`,
  };
}

const pictures = await findLabelledPictures();
const all: Calibrated[] = [];
for (const known of KNOWN_MODELS) {
  process.stderr.write(`calibrate: ${known.name} ${known.version}\n`);
  all.push(await calibrate(known, pictures));
}
await mkdir(new URL('calibration/', docs), { recursive: true });
await writeFile(calibrationFile, `${JSON.stringify({ models: all.map(({ model }) => model) }, null, 2)}\n`);
await writeFile(new URL('calibration.md', docs), calibrationPage(all, Object.fromEntries(LABELLED_SETS.map((set) => [set, pictures.filter((picture) => picture.set === set).length]))));
for (const { model, plot, validation: { score, logistic } } of all) {
  await writeFile(new URL(`calibration/${plot}`, docs), reliabilityPlot(`${model.name} ${model.version}`, [
    { name: 'score as it is', colour: '#c2410c', bins: score.bins }, { name: 'probability', colour: '#1d4ed8', bins: logistic.bins },
  ]));
}
process.stdout.write(`wrote ${[calibrationFile, new URL('calibration.md', docs)].map((file) => fileURLToPath(file)).join(' and ')}\n`);
