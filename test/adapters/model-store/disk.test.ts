import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { storeWeights, weightsPath, weightsThere } from '../../../adapters/model-store/disk.ts';

const homes: string[] = [];
const freshHome = async () => { homes.push(await mkdtemp(join(tmpdir(), 'models-'))); return homes.at(-1)!; };
afterAll(() => Promise.all(homes.map((home) => rm(home, { recursive: true, force: true }))));

const failure = (code: string) => expect.objectContaining({ name: 'Failure', code });

describe('the store of weights', () => {
  it('keeps bytes under their sha256, however they come and however often', async () => {
    const home = await freshHome();
    const sha256 = createHash('sha256').update('one two').digest('hex');
    expect(await weightsThere(home, sha256)).toBeUndefined();
    expect(await storeWeights(home, Readable.from([Buffer.from('one '), Buffer.from('two')]), 7)).toEqual({ sha256, bytes: 7 });
    expect(await storeWeights(home, Readable.from([Buffer.from('one two')]), 7)).toEqual({ sha256, bytes: 7 });
    expect(await readFile(weightsPath(home, sha256), 'utf8')).toBe('one two');
    expect(await weightsThere(home, sha256)).toBe(7);
    expect(await readdir(join(home, 'models'))).toHaveLength(1);
  });

  it('leaves nothing of what was too large, empty or broke off', async () => {
    const home = await freshHome();
    await expect(storeWeights(home, Readable.from([Buffer.alloc(5), Buffer.alloc(5)]), 9)).rejects.toThrow(failure('body_too_large'));
    await expect(storeWeights(home, Readable.from([]), 9)).rejects.toThrow(failure('body_empty'));
    async function* brokenOff() { yield Buffer.alloc(3); throw new Error('aborted'); }
    await expect(storeWeights(home, Readable.from(brokenOff()), 9)).rejects.toThrow(failure('request_malformed'));
    expect(await readdir(join(home, 'models'))).toEqual([]);
  });
});
