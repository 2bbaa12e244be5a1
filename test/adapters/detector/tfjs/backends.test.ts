/** coco-ssd on native TensorFlow and on WebAssembly: the same model, so the same answers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Detector } from '../../../../activities/ports/detector.ts';
import { intersectionOverUnion } from '../../../../adapters/detector/overlap.ts';
import { openDetector } from '../../../../adapters/detector/registry.ts';
import { chooseBackend } from '../../../../adapters/detector/tfjs/backend-choice.ts';
import type { TfjsBackendChoice } from '../../../../adapters/detector/tfjs/backend-choice.ts';
import { lookAt } from '../../../../bench/labelled/look.ts';
import { readFrames } from '../../../../bench/labelled/pictures.ts';
import type { Detection } from '../../../../contracts/detection.ts';
import { assetForTest } from '../../../support/assets.ts';
import { readerOf } from '../../../support/plain-camera.ts';
import { tfjsNodeForTest } from '../../../support/tfjs-node.ts';
import { scene } from '../../images/pictures.ts';

const modelFolder = await assetForTest('coco-ssd');
const framesFolder = await assetForTest('labelled-frames');
const native = tfjsNodeForTest();

const open = async (tfjsBackend: TfjsBackendChoice, threads = 1): Promise<Detector> =>
  (await openDetector({ preferred: 'coco-ssd', threads, tfjsBackend, resolve: async (name) => (name === 'coco-ssd' ? modelFolder : undefined) })).detector;

// Measured: all 358 detections equal, scores to the four digits and boxes to the tenth of a pixel that are kept. Other processors may round otherwise.
const SAME_SCORE = 0.0005;
const SAME_BOX_IOU = 0.99;
// What is just above the floor of 0.1 on one may then be just below it on the other.
const SURELY_SEEN = 0.101;

const hasTwin = (detection: Detection, others: readonly Detection[]): boolean => others.some(({ label, score, box }) =>
  label === detection.label && Math.abs(score - detection.score) <= SAME_SCORE && intersectionOverUnion(box, detection.box) >= SAME_BOX_IOU);

describe.skipIf(!modelFolder || !native)('coco-ssd on native TensorFlow', () => {
  let onNode: Detector;
  let onWasm: Detector;
  beforeAll(async () => { [onNode, onWasm] = await Promise.all([open('node', 2), open('wasm', 2)]); });
  afterAll(async () => { await Promise.all([onNode?.close(), onWasm?.close()]); });

  it('is the same model under the name of another runtime', () => {
    expect(onNode.identity).toEqual({ ...onWasm.identity, runtime: 'tfjs-node' });
    expect(onWasm.identity.runtime).toBe('tfjs-wasm');
  });

  it.skipIf(!framesFolder)('sees on every labelled frame what it sees on WebAssembly, with the same scores and boxes', async () => {
    const frames = await readFrames(framesFolder ?? '');
    const [native, wasm] = await Promise.all([lookAt(onNode, frames), lookAt(onWasm, frames)]);
    const strangers = frames.flatMap(({ file }, n) => {
      const [a, b] = [native[n]?.detections ?? [], wasm[n]?.detections ?? []];
      const alone = [...a.filter((each) => !hasTwin(each, b)), ...b.filter((each) => !hasTwin(each, a))];
      return alone.filter(({ score }) => score >= SURELY_SEEN).map((each) => ({ file, ...each }));
    });
    expect(strangers).toEqual([]);
    expect(native.flatMap(({ detections }) => detections).length).toBeGreaterThan(300);
  });

  it('is taken without being asked for, since it is built, and can be opened again after it was closed', async () => {
    expect(chooseBackend('auto')).toBe('node');
    const { jpeg } = await readerOf().standardise(await scene(320, 240).jpeg().toBuffer());
    const size = { width: 320, height: 240 };
    const first = await onNode.detect({ sha256: '', jpeg: async () => jpeg }, size);
    await onNode.close();
    onNode = await open('auto');
    expect(onNode.identity.runtime).toBe('tfjs-node');
    expect(await onNode.detect({ sha256: '', jpeg: async () => jpeg }, size)).toEqual(first);
  });
});

describe('the choice of a backend', () => {
  it('is the one that is named, built or not', () => {
    expect([chooseBackend('wasm'), chooseBackend('node')]).toEqual(['wasm', 'node']);
  });
});
