/** `watchpost worker` with the null detector: runs the stages named as arguments. Loads the TypeScript sources as bin/watchpost.mjs does. */
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register({ tsconfig: fileURLToPath(new URL('../../tsconfig.json', import.meta.url)) });
const { runNullDetectorWorker } = await import('./null-detector-worker.ts');
process.exit(await runNullDetectorWorker(process.argv.slice(2)));
