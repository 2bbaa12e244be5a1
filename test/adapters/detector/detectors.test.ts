/** Every detector with its real weights on real frames. Figures are a little under what was measured, so that a worse decoder or input fails. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detector, FramePicture } from '../../../activities/ports/detector.ts';
import { intersectionOverUnion } from '../../../adapters/detector/overlap.ts';
import { KNOWN_MODELS } from '../../../adapters/detector/known-models.ts';
import { openDetector } from '../../../adapters/detector/registry.ts';
import { tally } from '../../../bench/labelled/judge.ts';
import { lookAt } from '../../../bench/labelled/look.ts';
import { readFrames } from '../../../bench/labelled/pictures.ts';
import { CLASS_GROUPS } from '../../../contracts/class-groups.ts';
import { assetForTest } from '../../support/assets.ts';
import { readerOf } from '../../support/plain-camera.ts';
import { tfjsNodeForTest } from '../../support/tfjs-node.ts';
import { scene } from '../images/pictures.ts';

const framesFolder = await assetForTest('labelled-frames');
const oddFolder = await assetForTest('odd-inputs');
const paths = new Map<string, string | undefined>();
for (const { asset } of KNOWN_MODELS) paths.set(asset, await assetForTest(asset));

/** A standardised frame as a process has it that did not decode it itself. */
const asPicture = (jpeg: Uint8Array): FramePicture => ({ sha256: '', jpeg: async () => jpeg });
const reader = readerOf();

// Courtyard clip, people at the score where the detector does best; vehicles likewise.
const EXPECTED = [
  { name: 'yolox-nano', asset: 'yolox_nano_dynamic.onnx', runtime: 'onnxruntime-node', minScore: 0.45, people: 80, falsePeople: 9, visitors: 5 },
  { name: 'yolox-nano', asset: 'yolox_nano.onnx', runtime: 'onnxruntime-node', minScore: 0.45, people: 79, falsePeople: 16, visitors: 5 },
  { name: 'deimv2-femto', asset: 'deimv2_femto_416.onnx', runtime: 'onnxruntime-node', minScore: 0.42, people: 76, falsePeople: 2, visitors: 5 },
  { name: 'picodet-s', asset: 'picodet_s_416.onnx', runtime: 'onnxruntime-node', minScore: 0.42, people: 80, falsePeople: 9, visitors: 5 },
  { name: 'coco-ssd', asset: 'coco-ssd', runtime: 'tfjs-wasm', tfjsBackend: 'wasm', minScore: 0.35, people: 66, falsePeople: 13, visitors: 4 },
  { name: 'coco-ssd', asset: 'coco-ssd', runtime: 'tfjs-node', tfjsBackend: 'node', minScore: 0.35, people: 66, falsePeople: 13, visitors: 4 },
] as const;
const tfjsNode = tfjsNodeForTest();
const pathFor = ({ asset, runtime }: (typeof EXPECTED)[number]): string | undefined => (runtime === 'tfjs-node' && !tfjsNode ? undefined : paths.get(asset));

describe.each(EXPECTED.map((row) => ({ tfjsBackend: 'auto' as const, ...row, path: pathFor(row) })))('$name from $asset on $runtime', ({ name, asset, path, runtime, tfjsBackend, ...bar }) => {
  let detector: Detector;
  beforeAll(async () => {
    if (path === undefined) return;
    ({ detector } = await openDetector({ preferred: name, threads: 1, tfjsBackend, resolve: async (wanted) => (wanted === asset ? path : undefined) }));
  });
  afterAll(async () => detector?.close());

  it.skipIf(!path)('says which weights and which runtime answered', () => {
    expect(detector.identity).toMatchObject({ name, runtime, calibration: expect.stringMatching(/^logistic-/), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(detector.labels).toHaveLength(80);
  });

  it.skipIf(!path || !framesFolder)('finds people and vehicles on the labelled frames', async () => {
    const results = await lookAt(detector, await readFrames(framesFolder ?? ''));
    const of = (clip: string) => results.filter((frame) => frame.clip === clip);
    const people = tally(of('vtest'), ['person'], bar.minScore);
    expect(people.labelled).toBe(83);
    expect(people.found).toBeGreaterThanOrEqual(bar.people);
    expect(people.falseAlarms).toBeLessThanOrEqual(bar.falsePeople);
    const vehicles = tally(of('vtest'), CLASS_GROUPS.vehicle, bar.minScore);
    expect(vehicles.labelled).toBe(28);
    expect(vehicles.found).toBeGreaterThanOrEqual(27);
    expect(vehicles.falseAlarms).toBeLessThanOrEqual(2);
    const visitors = tally(of('onebyone'), ['person'], bar.minScore);
    expect(visitors).toMatchObject({ labelled: 5, falseAlarms: 0 });
    expect(visitors.found).toBeGreaterThanOrEqual(bar.visitors);
    for (const { detections } of results) {
      expect(detections.map(({ probability }) => probability)).toEqual(detections.map(({ probability }) => probability).sort((a, b) => b - a));
    }
  });

  it.skipIf(!path || !oddFolder)('gives boxes in pixels of the original when the standardised picture is smaller', async () => {
    const [original, larger] = await Promise.all(
      ['progressive.jpg', 'upscaled-4k.jpg'].map(async (file) => {
        const picture = await reader.standardise(await readFile(join(oddFolder ?? '', file)));
        return detector.detect(asPicture(picture.jpeg), picture);
      }),
    );
    if (!original || !larger) throw new Error('two answers');
    expect([larger.width, larger.height]).toEqual([3840, 2160]);
    // The same scene, stretched to another shape: the surest things must lie at the same place of it.
    const surest = original.detections.filter(({ score }) => score > 0.7);
    expect(surest.length).toBeGreaterThanOrEqual(4);
    for (const { label, box } of surest) {
      const [x, y, width, height] = [(box[0] * 3840) / 768, (box[1] * 2160) / 576, (box[2] * 3840) / 768, (box[3] * 2160) / 576];
      expect(Math.max(...larger.detections.filter((other) => other.label === label).map((other) => intersectionOverUnion(other.box, [x, y, width, height]))), label).toBeGreaterThan(0.6);
    }
  });

  it.skipIf(!path)('keeps boxes within pictures of any size and shape', async () => {
    for (const [width, height] of [[32, 32], [33, 250], [256, 32], [1921, 1080], [600, 1900]] as const) {
      const { jpeg } = await reader.standardise(await scene(width, height).jpeg().toBuffer());
      const set = await detector.detect(asPicture(jpeg), { width, height });
      expect(set).toMatchObject({ width, height, model: detector.identity });
      for (const { box: [x, y, w, h], score } of set.detections) {
        expect(score).toBeGreaterThanOrEqual(0.1);
        expect(x >= 0 && y >= 0 && x + w <= width + 0.1 && y + h <= height + 0.1).toBe(true);
      }
    }
  });

  it.skipIf(!path)('says the same of the same picture, also when it is asked many times at once', async () => {
    const { jpeg } = await reader.standardise(await scene(320, 240).jpeg().toBuffer());
    const size = { width: 320, height: 240 };
    const answers = await Promise.all(Array.from({ length: 6 }, () => detector.detect(asPicture(jpeg), size)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it.skipIf(!path)('refuses bytes that are no picture, and goes on', async () => {
    const size = { width: 320, height: 240 };
    await expect(detector.detect(asPicture(Buffer.from('not a picture')), size)).rejects.toThrow(expect.objectContaining({ name: 'Failure', code: 'image_corrupt' }));
    await expect(detector.detect(asPicture(await scene(320, 240).jpeg().toBuffer()), size)).resolves.toMatchObject(size);
  });

  it.skipIf(!path)('leaves the event loop free while it computes', async () => {
    const { jpeg } = await reader.standardise(await scene(768, 576).jpeg().toBuffer());
    const size = { width: 768, height: 576 };
    const pictures = 12;
    const { totalMs, pausesMs } = await watchTimer(() => Promise.all(Array.from({ length: pictures }, () => detector.detect(asPicture(jpeg), size))));
    // Computed on the main thread, each picture would be one pause, and together they would be nearly all of the time.
    const longPausesMs = pausesMs.filter((pauseMs) => pauseMs > totalMs / pictures / 2);
    expect(longPausesMs.reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeLessThan(totalMs / 2);
  });
});

/** How long a timer of one millisecond was kept waiting each time while something went on. */
async function watchTimer(work: () => Promise<unknown>): Promise<{ totalMs: number; pausesMs: number[] }> {
  const startMs = performance.now();
  const pausesMs: number[] = [];
  let lastMs = startMs;
  const note = () => {
    const nowMs = performance.now();
    pausesMs.push(nowMs - lastMs);
    lastMs = nowMs;
  };
  const timer = setInterval(note, 1);
  await work();
  clearInterval(timer);
  note();
  return { totalMs: performance.now() - startMs, pausesMs };
}
