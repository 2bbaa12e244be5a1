/**
 * `watchpost worker --stages ...` with the scripted detector in place of a model. Takes the arguments of the command, so that a plan of the plant needs
 * another executable and nothing else. WATCHPOST_TEST_FRAME_MS: how long a frame takes it.
 */
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) });
const { runWorker } = await import('../../cli/commands/worker.ts');
const { loadSettings } = await import('../../config/load.ts');
const { scriptedDetector } = await import('./scripted-detector.ts');

const stages = String(process.argv.at(-1)).split(',');
const frameMs = Number(process.env['WATCHPOST_TEST_FRAME_MS'] ?? 0);
process.exit(await runWorker(stages, { settings: () => loadSettings() }, { openDetector: scriptedDetector(frameMs) }));
