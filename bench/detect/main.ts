/** `npm run bench:detect`: every model that this machine has, how fast and how right it is. See bench/README.md. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { KNOWN_MODELS } from '../../adapters/detector/known-models.ts';
import { chooseBackend } from '../../adapters/detector/tfjs/backend-choice.ts';
import { resolveAsset } from '../../scripts/provision/assets.mjs';
import type { DetectJob, DetectReport } from './job.ts';
import { accuracyTable, speedTable } from './tables.ts';

/** So that nine in ten and the last one in twenty are told apart. */
const FRAMES = 200;

const run = promisify(execFile);
const { values } = parseArgs({ options: { frames: { type: 'string', default: String(FRAMES) }, json: { type: 'boolean', default: false } } });

/** TensorFlow.js is measured on all that this machine has for it. */
const jobs = KNOWN_MODELS.flatMap(({ head }, model): DetectJob[] => {
  const job = { model, frames: Number(values.frames), tfjsBackend: 'wasm' } as const;
  return head === 'coco-ssd' && chooseBackend('auto') === 'node' ? [job, { ...job, tfjsBackend: 'node' }] : [job];
});

const reports: DetectReport[] = [];
for (const job of jobs) {
  const { name, version, asset } = KNOWN_MODELS[job.model]!;
  if (resolveAsset(asset) === undefined) {
    process.stderr.write(`bench: NOT MEASURED, ${asset} is not on this machine\n`);
    continue;
  }
  process.stderr.write(`bench: ${name} ${version}\n`);
  const { stdout } = await run(process.execPath, ['--import', import.meta.resolve('tsx'), fileURLToPath(new URL('./one-model.ts', import.meta.url)), JSON.stringify(job)], { maxBuffer: 1024 * 1024 });
  reports.push(JSON.parse(stdout) as DetectReport);
}
process.stdout.write(values.json ? `${JSON.stringify(reports, null, 2)}\n` : `${[...speedTable(reports), '', ...accuracyTable(reports)].join('\n')}\n`);
