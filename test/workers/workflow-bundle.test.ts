import { appendFileSync, cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleOnDisk } from '../../workers/workflow-bundle.ts';
import { outputOf, startScript } from '../scripts/processes.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

let dir: string;
let cache: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'watchpost-bundle-'));
  cache = join(dir, 'cache');
});
afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

/** A copy of the sources that a test may change. */
function sources(): string {
  for (const room of ['workflows', 'contracts']) cpSync(join(ROOT, room), join(dir, room), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

describe('the workflow bundle', () => {
  it('is made whole by two processes at once, and is one', async () => {
    const script = `
      import { readFileSync } from 'node:fs';
      import { createHash } from 'node:crypto';
      import { bundleOnDisk } from ${JSON.stringify(new URL('../../workers/workflow-bundle.ts', import.meta.url).href)};
      const { codePath } = await bundleOnDisk(${JSON.stringify({ sources: ROOT, cache })});
      console.log(codePath, createHash('sha256').update(readFileSync(codePath)).digest('hex'));`;
    const [one, other] = await Promise.all([0, 1].map(() => outputOf(startScript(script, { tsx: true }))));
    expect(one?.split(' ')[0]).toBe(other?.split(' ')[0]);
    expect(readdirSync(cache)).toHaveLength(1);
    expect(readFileSync(join(cache, readdirSync(cache)[0]!), 'utf8')).toContain('framePipeline');
  });

  it('is not made again while the sources are the same', async () => {
    const places = { sources: sources(), cache };
    const { codePath } = await bundleOnDisk(places);
    writeFileSync(codePath, 'as it was');
    expect(await bundleOnDisk(places)).toEqual({ codePath });
    expect(readFileSync(codePath, 'utf8')).toBe('as it was');
  });

  it.each(['workflows/frame-pipeline.ts', 'contracts/stages.ts'])('is another file when %s changes, beside the one that running workers may still read', async (name) => {
    const places = { sources: sources(), cache };
    const before = await bundleOnDisk(places);
    appendFileSync(join(dir, name), '\nexport const changed = true;\n');
    const after = await bundleOnDisk(places);
    expect(after.codePath).not.toBe(before.codePath);
    expect(readdirSync(cache)).toHaveLength(2);
  });
});
