/**
 * `node scripts/run.mjs <command ...>`: sets up what the command needs and becomes the command. One process from beginning to end, so that a signal
 * sent to it, or by npm to it, reaches the command and nothing is left behind.
 */
import { setUp } from './setup.mjs';

/**
 * What each command cannot do without, and what it would use if it could be had. Other commands talk to servers or files and need nothing but the dependencies.
 * @type {Record<string, Parameters<typeof setUp>[0]>}
 */
const NEEDS = {
  demo: { required: ['temporal', 'detector', 'footage', 'ffmpeg'] },
  start: { required: ['temporal', 'detector'], wished: ['ffmpeg'] },
  worker: { required: ['detector'] },
};

// The demo brings servers of its own, whatever servers the environment names.
const { TEMPORAL_ADDRESS: _temporal, ...withoutServers } = process.env;
const env = process.argv[2] === 'demo' ? withoutServers : process.env;

try {
  await setUp({ required: [], ...NEEDS[process.argv[2] ?? ''], env });
} catch (error) {
  console.error(`set-up failed: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
await import('../bin/watchpost.mjs');
