import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DETECTOR_NAMES, openDetector } from '../../../adapters/detector/registry.ts';
import { DETECTOR_CHOICES } from '../../../config/detector-settings.ts';
import { assetForTest } from '../../support/assets.ts';

const yolox = await assetForTest('yolox_nano_dynamic.onnx');
const cocoSsd = await assetForTest('coco-ssd');
const folder = await mkdtemp(join(tmpdir(), 'watchpost-detector-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const having = (assets: Record<string, string | undefined>) => async (name: string) => assets[name];
const failure = (code: string, detail: RegExp) => expect.objectContaining({ name: 'Failure', code, detail: expect.stringMatching(detail) });

describe('opening a detector', () => {
  it.skipIf(!yolox)('takes the best one and keeps quiet about it', async () => {
    const { detector, fallback } = await openDetector({ threads: 1, resolve: having({ 'yolox_nano_dynamic.onnx': yolox, 'coco-ssd': cocoSsd }) });
    await detector.close();
    expect(detector.identity).toMatchObject({ name: 'yolox-nano', sha256: 'e12bf8ba054efc29a5bef65a4462152b1236cd96b9cab942910abecfdff8e177' });
    expect(fallback).toBeUndefined();
  });

  it.skipIf(!cocoSsd)('takes the one that is wanted', async () => {
    const { detector, fallback } = await openDetector({ preferred: 'coco-ssd', threads: 1, resolve: having({ 'yolox_nano_dynamic.onnx': yolox, 'coco-ssd': cocoSsd }) });
    await detector.close();
    expect([detector.identity.name, fallback]).toEqual(['coco-ssd', undefined]);
  });

  it.skipIf(!cocoSsd)('falls back, and says to what and why', async () => {
    const damaged = join(folder, 'damaged.onnx');
    await writeFile(damaged, 'these are no weights');
    const { detector, fallback } = await openDetector({ threads: 1, resolve: having({ 'yolox_nano_dynamic.onnx': damaged, 'coco-ssd': cocoSsd }) });
    await detector.close();
    expect(detector.identity.name).toBe('coco-ssd');
    expect(fallback).toMatch(/^coco-ssd .* is used in place of yolox-nano: yolox_nano_dynamic\.onnx: .*its weights are [0-9a-f]+, not e12bf8.*; yolox_nano\.onnx: not found$/);
  });

  it('fails with every reason when there is none', async () => {
    const empty = join(folder, 'empty');
    const resolve = async (name: string) => {
      if (name === 'yolox_nano.onnx') throw new Error('the checksum is wrong');
      return name === 'coco-ssd' ? empty : undefined;
    };
    await expect(openDetector({ threads: 1, resolve })).rejects.toThrow(
      failure('detector_unavailable', /yolox_nano_dynamic\.onnx: not found; yolox_nano\.onnx: the checksum is wrong; coco-ssd: .*model\.json/),
    );
  });

  it('refuses a name that nobody has, and says which there are', async () => {
    await expect(openDetector({ preferred: 'yolo', threads: 1, resolve: async () => undefined })).rejects.toThrow(failure('setting_invalid', /yolox-nano, deimv2-femto, picodet-s, coco-ssd/));
    expect(['auto', ...DETECTOR_NAMES]).toEqual(DETECTOR_CHOICES);
  });
});
