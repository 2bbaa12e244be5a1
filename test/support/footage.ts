/** Real pictures for tests: frames cut from the courtyard clip, with people in every one. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { assetForTest } from './assets.ts';

/** `count` JPEGs, one per second of footage; undefined, after a loud line, where clip or ffmpeg cannot be had. */
export async function courtyardFrames(count: number): Promise<Buffer[] | undefined> {
  const [clip, ffmpeg] = [await assetForTest('vtest.avi'), await assetForTest('ffmpeg')];
  if (!clip || !ffmpeg) return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-footage-'));
  try {
    await promisify(execFile)(ffmpeg, ['-v', 'error', '-i', clip, '-vf', 'fps=1', '-frames:v', String(count), '-q:v', '3', join(folder, '%04d.jpg')]);
    return await Promise.all((await readdir(folder)).sort().map((name) => readFile(join(folder, name))));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
