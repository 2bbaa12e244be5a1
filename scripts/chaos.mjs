/**
 * `npm run chaos [-- --seed N] [--placement spread|compact] [--frames N] [--faults N]` and `npm run chaos:alerts [-- --seed N] [--incidents N] [--faults N]`:
 * sets up what the run needs and becomes it, so that a signal to npm reaches it. What they do: test/chaos/README.md.
 */
import { fileURLToPath } from 'node:url';
import { setUp } from './setup.mjs';

try {
  await setUp({ required: ['temporal'] });
} catch (error) {
  console.error(`set-up failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
const { register } = await import('tsx/esm/api');
register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
// Its own word; the rest is for the run.
const [alerts] = process.argv.splice(2, process.argv[2] === 'alerts' ? 1 : 0);
await import(alerts === undefined ? '../test/chaos/main.ts' : '../test/chaos/alerts/main.ts');
