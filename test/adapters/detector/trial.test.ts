/** Models that somebody brought, tried before a frame depends on them: the real process, real weights and files that are none. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KNOWN_MODELS } from '../../../adapters/detector/known-models.ts';
import { tryModel } from '../../../adapters/detector/trial.ts';
import { assetForTest } from '../../support/assets.ts';

const yolox = await assetForTest('yolox_nano.onnx');
const described = KNOWN_MODELS.find(({ asset }) => asset === 'yolox_nano.onnx')!;
const folder = await mkdtemp(join(tmpdir(), 'trial-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const invalid = (detail: RegExp) => expect.objectContaining({ name: 'Failure', code: 'model_invalid', detail: expect.stringMatching(detail) });

describe('the trial of a model', { timeout: 60_000 }, () => {
  it.skipIf(!yolox)('passes weights that answer as their description says', async () => {
    await tryModel(yolox ?? '', described);
  });

  it.skipIf(!yolox)('refuses weights of another head, another number of labels or another size', async () => {
    await expect(tryModel(yolox ?? '', { ...described, head: 'detr', input: { kind: 'stretch', sidePixels: 416 } })).rejects.toThrow(invalid(/inputs images, not one picture and orig_target_sizes/));
    await expect(tryModel(yolox ?? '', { ...described, head: 'picodet', input: { kind: 'stretch', sidePixels: 416 } })).rejects.toThrow(invalid(/no map of 2704 cells of 80 numbers/));
    await expect(tryModel(yolox ?? '', { ...described, labels: ['person', 'car'] })).rejects.toThrow(invalid(/numbers instead of 3549 cells of 7/));
    await expect(tryModel(yolox ?? '', { ...described, input: { kind: 'letterbox', sidePixels: 320 } })).rejects.toThrow(invalid(/./));
  });

  it('refuses bytes that are no model, and other bytes than those described', async () => {
    const path = join(folder, 'text.onnx');
    await writeFile(path, 'these are no weights');
    const sha256 = createHash('sha256').update('these are no weights').digest('hex');
    await expect(tryModel(path, { ...described, sha256 })).rejects.toThrow(invalid(/does not start/));
    await expect(tryModel(path, described)).rejects.toThrow(invalid(/its weights are [0-9a-f]{64}, not/));
  });
});
