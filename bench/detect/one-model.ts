/** Measures one model: speed with one and two threads, accuracy on every labelled set, memory. Prints a `DetectReport`. */
import { readFile } from 'node:fs/promises';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { decodeHere } from '../../adapters/images/model-input.ts';
import type { ModelInput } from '../../adapters/images/model-input.ts';
import { CLASS_GROUPS } from '../../contracts/class-groups.ts';
import { readerOf } from '../../test/support/plain-camera.ts';
import { findLabelledPictures } from '../labelled/find.ts';
import { tally } from '../labelled/judge.ts';
import { lookAt } from '../labelled/look.ts';
import { openKnown } from '../labelled/open-known.ts';
import { LABELLED_SETS } from '../labelled/pictures.ts';
import { percentile } from '../pipeline/measure/percentiles.ts';
import type { DetectJob, DetectReport, Timing } from './job.ts';

/** By then caches are warm and the compiler has done its work. */
const WARM_UP_FRAMES = 10;
const MEGABYTE = 1024 * 1024;

const { model: index, tfjsBackend, frames } = JSON.parse(process.argv[2] ?? '{}') as DetectJob;
const known = KNOWN_MODELS[index]!;

const pictures = await findLabelledPictures();
const courtyard = pictures.find(({ file }) => file.endsWith('vtest_0240.jpg'))!;
const standardised = await readerOf().standardise(await readFile(courtyard.file));
const picture = { sha256: '', jpeg: async () => standardised.jpeg };

const before = process.memoryUsage.rss();
const [one, memoryMb] = await timed(1);
const [two] = await timed(2);

const detector = await openKnown(known, { threads: 2, tfjsBackend });
const seen = await lookAt(detector, pictures);
const accuracy = Object.fromEntries(LABELLED_SETS.map((set) => {
  const of = seen.filter((one_) => one_.set === set);
  const at = (labels: readonly string[]) => tally(of, labels, known.thresholds.usual);
  return [set, { people: at(CLASS_GROUPS.person), vehicles: at(CLASS_GROUPS.vehicle), all: at(known.labels) }];
})) as unknown as DetectReport['accuracy'];
await detector.close();
process.stdout.write(JSON.stringify({
  name: known.name, version: known.version, runtime: detector.identity.runtime, timings: [one, two], accuracy, usualScore: known.thresholds.usual, memoryMb,
} satisfies DetectReport));

/** Every thread always has a frame; pixels are at hand, so that the model is timed and not the decoder. */
async function timed(threads: number): Promise<[Timing, number]> {
  let pixels: ModelInput | undefined;
  const model = await openKnown(known, { threads, tfjsBackend, decode: async (wanted, size) => new Uint8Array(pixels ??= await decodeHere(wanted, size)) });
  const each = async (count: number, note: (ms: number) => void): Promise<void> => {
    for (let i = 0; i < count; i += 1) {
      const startedAt = performance.now();
      await model.detect(picture, standardised);
      note(performance.now() - startedAt);
    }
  };
  const all = (count: number, note: (ms: number) => void) => Promise.all(Array.from({ length: threads }, () => each(count, note)));
  await all(WARM_UP_FRAMES, () => {});
  const ms: number[] = [];
  const startedAt = performance.now();
  await all(frames, (took) => ms.push(took));
  const wallMs = performance.now() - startedAt;
  const usedMb = (process.memoryUsage.rss() - before) / MEGABYTE;
  await model.close();
  return [{ threads, p50Ms: percentile(ms, 0.5)!, p95Ms: percentile(ms, 0.95)!, frameMs: wallMs / ms.length }, usedMb];
}
