/** `npm run fuzz`: ten thousand damaged versions of real frames through the product's picture thread. Each has to end in a picture or a named refusal. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openPictureReader } from '../../adapters/images/picture-reader.ts';
import { findLabelledPictures } from '../../bench/labelled/find.ts';
import { table } from '../../cli/table.ts';
import { USUAL_LIMITS } from '../support/plain-camera.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { answersTo } from './answers.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } } });
const count = Number(values.count);
process.stderr.write(`fuzz: seed ${values.seed}, again by --seed ${values.seed}\n`);

const random = seededRandom(Number(values.seed));
const pictures = await findLabelledPictures();
const reader = await openPictureReader({ keeps: false, limits: USUAL_LIMITS });
const sums = new Map<string, number>();
for (const [i, { file }] of pictures.entries()) {
  const rounds = Math.floor(((i + 1) * count) / pictures.length) - Math.floor((i * count) / pictures.length);
  for (const [answer, times] of await answersTo(reader, await readFile(file), rounds, random)) sums.set(answer, (sums.get(answer) ?? 0) + times);
}
await reader.close();
process.stdout.write(`${table([...sums].sort((a, b) => b[1] - a[1]), ['answer', 'times']).join('\n')}\n${count} damaged frames of ${pictures.length} pictures: none without a picture or a named refusal\n`);
