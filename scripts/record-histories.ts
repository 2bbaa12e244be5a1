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
import type { Scenario } from '../test/replay/scenarios.ts';
import { pullNeed } from './provision/pull.mjs';

Runtime.install({ logger: new DefaultLogger('ERROR') });
const folder = fileURLToPath(new URL('../test/replay/histories/', import.meta.url));
const named = process.argv.slice(2);
const home = await mkdtemp(join(tmpdir(), 'watchpost-record-'));
const { path: executable } = await pullNeed('temporal');
/** Few enough that a short history is long, more than any path that ends has until its first wait. */
const LONG_HISTORY_EVENTS = 20;
try {
  for (const startsAnew of [false, true]) {
    const wanted = SCENARIOS.filter(({ name, past, startsAnew: anew = false }) => !past && anew === startsAnew && (named.length > 0 ? named.includes(name) : !existsSync(pathOf(name))));
    if (wanted.length > 0) await record(wanted, startsAnew ? { longHistoryEvents: LONG_HISTORY_EVENTS } : {});
  }
} finally {
  await rm(home, { recursive: true, force: true });
}

async function record(scenarios: readonly Scenario[], options: { readonly longHistoryEvents?: number }): Promise<void> {
  const server = await startTemporalServer({ executable, dbFile: join(home, `temporal-${options.longHistoryEvents ?? 'plain'}.db`), log: silentLog, ...options });
  try {
    for (const scenario of scenarios) {
      await writeFile(pathOf(scenario.name), `${JSON.stringify(await recordHistory(scenario, server.address), null, 1)}\n`);
      console.log(`recorded ${scenario.name}`);
    }
  } finally {
    await server.stop();
  }
}

function pathOf(name: string): string {
  return join(folder, `${name}.json`);
}
