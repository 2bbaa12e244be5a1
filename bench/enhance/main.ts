/** `npm run bench:enhance`: whether brightening or smoothing dark frames helps a detector to see people in them. See bench/README.md. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { sharp } from '../../adapters/images/sharp.ts';
import { table } from '../../cli/table.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { readerOf } from '../../test/support/plain-camera.ts';
import { findLabelledPictures } from '../labelled/find.ts';
import { tally } from '../labelled/judge.ts';
import { openKnown } from '../labelled/open-known.ts';
import type { LabelledPicture } from '../labelled/pictures.ts';
import { WAYS } from './ways.ts';
import type { Way } from './ways.ts';

const { values } = parseArgs({ options: { model: { type: 'string', default: 'yolox-nano' } } });
const known = KNOWN_MODELS.find(({ name, asset }) => name === values.model && resolveAsset(asset) !== undefined);
if (!known) throw new Error(`no model ${values.model} on this machine`);
const detector = await openKnown(known, { threads: 2 });
const reader = readerOf();

/** Lossless in between: what is measured is the way, not another round of JPEG. */
async function seenThrough({ apply }: Way, picture: LabelledPicture) {
  const standardised = await reader.standardise(await readFile(picture.file));
  const png = await apply(sharp(standardised.jpeg)).png({ compressionLevel: 1 }).toBuffer();
  return { truth: picture.truth, detections: (await detector.detect({ sha256: '', jpeg: async () => png }, standardised)).detections };
}

const pictures = await findLabelledPictures();
const sets: readonly (readonly [string, readonly LabelledPicture[]])[] = [
  ['dark', pictures.filter(({ file }) => file.endsWith('_dark.jpg'))],
  ['infrared', pictures.filter(({ file }) => file.endsWith('_ir.jpg'))],
  ['daylight', pictures.filter(({ set }) => set === 'frames')],
];
const rows = [];
for (const way of WAYS) {
  const row: (string | number)[] = [way.name];
  for (const [, of] of sets) {
    const seen = await Promise.all(of.map((picture) => seenThrough(way, picture)));
    const { found, labelled, falseAlarms } = tally(seen, ['person'], known.thresholds.usual);
    row.push(`${found} of ${labelled}`, falseAlarms);
  }
  rows.push(row);
}
await detector.close();
process.stdout.write(`people, ${known.name} ${known.version} at a score of ${known.thresholds.usual}\n${table(rows, ['', ...sets.flatMap(([name]) => [name, 'false'])]).join('\n')}\n`);
