import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import { mismatch } from '../../scripts/provision/checksum.mjs';
import { assetNamed } from '../../scripts/provision/manifest.mjs';
import { deriveDynamicInput } from '../../scripts/provision/sources/onnx-dynamic-input.mjs';

test('the model with a free input size is made from the published one, byte for byte', (context) => {
  const published = resolveAsset('yolox_nano.onnx');
  if (!published) return context.skip('SKIPPED: yolox_nano.onnx is on none of the places that assets/README.md lists');
  const dir = mkdtempSync(join(tmpdir(), 'watchpost-onnx-'));
  try {
    expect(mismatch(deriveDynamicInput(published.path, dir), assetNamed('yolox_nano_dynamic.onnx'))).toBeUndefined();
  } finally {
    rmSync(dir, { recursive: true });
  }
});
