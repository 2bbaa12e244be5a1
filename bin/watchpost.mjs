#!/usr/bin/env node
/** The command line. Loads the TypeScript sources as they are; there is no build. Also imported by scripts/run.mjs, with the same arguments in process.argv. */
import { fileURLToPath } from 'node:url';
import { nodeIsRecent, oldestNode } from '../scripts/provision/node-version.mjs';

// A command that has ended but left a handle open would hang here for ever, and with it whoever waits for `npm run demo -- --once`.
const EXIT_LIMIT_MS = 5_000;

/** @returns {Promise<{ main: (argv: string[]) => Promise<number> } | undefined>} */
async function loadCommands() {
  try {
    const { register } = await import('tsx/esm/api');
    // Named, because tsx would otherwise read the settings of whatever project one stands in.
    register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
    return await import('../cli/main.ts');
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const missing = code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package '([^']+)'/.exec(message)?.[1];
    if (!missing) throw error;
    console.error(`watchpost: the package ${missing} is not installed; run \`npm run setup\` in ${fileURLToPath(new URL('..', import.meta.url))}`);
    return undefined;
  }
}

if (nodeIsRecent()) {
  const commands = await loadCommands();
  process.exitCode = commands ? await commands.main(process.argv.slice(2)) : 1;
  setTimeout(() => {
    console.error('watchpost: something kept this process open after the command had ended; leaving');
    process.exit();
  }, EXIT_LIMIT_MS).unref();
} else {
  console.error(`watchpost: Node ${oldestNode} or newer is needed, this is ${process.versions.node}`);
  process.exitCode = 1;
}
