import { afterAll, describe, expect, it } from 'vitest';
import { calibrationOf, probabilityOf } from '../../../adapters/detector/calibration.ts';
import { KNOWN_MODELS } from '../../../adapters/detector/known-models.ts';
import { openDetector } from '../../../adapters/detector/registry.ts';
import type { Detector } from '../../../activities/ports/detector.ts';
import { fitGroups } from '../../../bench/calibrate/logistic.ts';
import { pairsOf } from '../../../bench/calibrate/pairs.ts';
import { lookAt } from '../../../bench/labelled/look.ts';
import { readCoco, readFrames, readLowLight } from '../../../bench/labelled/pictures.ts';
import { CLASS_GROUP_NAMES } from '../../../contracts/class-groups.ts';
import { assetForTest } from '../../support/assets.ts';

const LABELS = ['person', 'truck', 'dog', 'umbrella'];

describe('the calibration of a model', () => {
  it.each(KNOWN_MODELS)('is there for $name $version, keeps the order of scores and never says that a thing is certain', (model) => {
    const { name, toProbability } = calibrationOf(model);
    expect(name).toMatch(/^logistic-[0-9a-f]{8}$/);
    for (const label of LABELS) {
      const probabilities = Array.from({ length: 101 }, (_, hundredths) => toProbability(hundredths / 100, label));
      expect(probabilities, label).toEqual([...probabilities].sort((a, b) => a - b));
      expect(probabilities[0]).toBeGreaterThan(0);
      expect(probabilities[100]).toBeLessThan(1);
    }
  });

  it('has a name of its own for each model, so that a stored detection tells which numbers it went through', () => {
    const names = KNOWN_MODELS.map((model) => calibrationOf(model).name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('is none for a model that nobody calibrated, also for another version of one that somebody did', () => {
    for (const model of [{ name: 'of-anna', version: '1' }, { name: 'yolox-nano', version: 'another' }]) {
      const { name, toProbability } = calibrationOf(model);
      expect([name, toProbability(0.42, 'person')]).toEqual(['none', 0.42]);
    }
  });
});

const [yolox, frames, lowLight, coco] = [
  await assetForTest('yolox_nano_dynamic.onnx'), await assetForTest('labelled-frames'), await assetForTest('low-light'), await assetForTest('coco-images'),
];

describe.skipIf(!yolox || !frames || !lowLight || !coco)('the table of the default model', () => {
  let detector: Detector | undefined;
  afterAll(() => detector?.close());

  it('is what the labelled frames give today: a changed decoder or picture path asks for `npm run calibrate`', { timeout: 60_000 }, async () => {
    ({ detector } = await openDetector({ threads: 2, resolve: async (name) => (name === 'yolox_nano_dynamic.onnx' ? yolox : undefined) }));
    const pictures = [...await readFrames(frames!), ...await readLowLight(lowLight!, frames!), ...await readCoco(coco!)];
    const fitted = fitGroups(pairsOf(await lookAt(detector, pictures)));
    const { toProbability } = calibrationOf(detector.identity);
    const labelOf = { person: 'person', vehicle: 'car', animal: 'dog', other: 'umbrella' } as const;
    for (const group of CLASS_GROUP_NAMES) {
      for (const score of [0.2, 0.5, 0.8]) expect(toProbability(score, labelOf[group]), `${group} ${score}`).toBeCloseTo(probabilityOf(score, fitted[group]), 1.5);
    }
  });
});
