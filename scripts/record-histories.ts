/**
 * `npm run replay:record [name ...]`: records the histories of scenarios that have none yet, or of those named.
 * A red replay is never turned green by recording again: see test/replay/README.md.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { startTemporalServer } from '../adapters/embedded/temporal-server.ts';
import { silentLog } from '../adapters/embedded/kept-process.ts';
import { recordHistory } from '../test/replay/record.ts';
import { SCENARIOS } from '../test/replay/scenarios.ts';
import { pullNeed } from './provision/pull.mjs';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const folder = fileURLToPath(new URL('../test/replay/histories/', import.meta.url));
const named = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), 'watchpost-record-'));
const { path: executable } = await pullNeed('temporal');
const server = await startTemporalServer({ executable, dbFile: join(home, 'temporal.db'), log: silentLog });
try {
  for (const scenario of SCENARIOS) {
    const path = join(folder, `${scenario.name}.json`);
    if (scenario.past) continue;
    if (named.length > 0 ? !named.includes(scenario.name) : existsSync(path)) continue;
    await writeFile(path, `${JSON.stringify(await recordHistory(scenario, server.address), null, 1)}\n`);
    console.log(`recorded ${scenario.name}`);
  }
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}
