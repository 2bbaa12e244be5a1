/**
 * `npm run chaos [-- --seed N] [--placement spread|compact] [--frames N] [--faults N]`: sets up what the run needs and becomes it, so that a signal to npm
 * reaches it. What it does: test/chaos/README.md.
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
await import('../test/chaos/main.ts');
