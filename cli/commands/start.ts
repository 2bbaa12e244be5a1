/** `watchpost start`: the whole plant on this machine, until it is asked to stop. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { createClient } from '../../client/client.ts';
import { startError } from '../command-error.ts';
import { say } from '../context.ts';
import type { Context } from '../context.ts';
import { removeAddress, writeAddress } from '../home-address.ts';
import { detectorsAtWork } from '../detectors-at-work.ts';
import { detectorLines } from '../wording.ts';

export function addStart(program: Command, context: Context): void {
  program.command('start')
    .description('run everything on this machine: servers where none are named, API, workers')
    .action(async () => { context.exitCode = await start(context); });
}

async function start(context: Context): Promise<number> {
  const { stopRequested } = await import('../../workers/lifecycle.ts');
  // Before anything is started, so that a Ctrl-C meanwhile still stops it in order.
  const stop = stopRequested();
  const { adminKeyPath } = await import('../../workers/admin-key.ts');
  const { createLog } = await import('../../workers/log.ts');
  const { startPlant } = await import('../../workers/plant.ts');
  const settings = context.settings();
  const log = createLog('start', settings.logLevel);

  const plant = await startPlant({ settings, env: context.env, log, logFiles: false }).catch((error: unknown) => { throw startError(error); });
  const client = createClient({ baseUrl: plant.baseUrl, key: plant.adminKey });
  try {
    await writeAddress(settings.home, plant.baseUrl);
    // A Ctrl-C during the start: nobody waits for the line any more.
    const detectors = await Promise.race([detectorsAtWork(client), stop.then(() => undefined)]);
    if (detectors !== undefined) {
      for (const line of detectorLines(detectors)) say(context, `watchpost: detector     ${line}`);
      say(context, `watchpost: admin key    ${adminKeyPath(settings.home)}`);
      say(context, `watchpost: API pages    ${plant.baseUrl}/docs`);
      if (!settings.smtpUrl) say(context, `watchpost: inbox        ${plant.baseUrl}/inbox (no SMTP_URL is set: mails stay in ${join(settings.home, 'inbox')})`);
      if (plant.temporalUiUrl) say(context, `watchpost: Temporal UI  ${plant.temporalUiUrl}`);
      context.stdout.write(context.json() ? `${JSON.stringify({ ready: true, url: plant.baseUrl })}\n` : `watchpost ready ${plant.baseUrl}\n`);
    }
    log.info({ reason: await stop }, 'stopping');
    return 0;
  } finally {
    await removeAddress(settings.home);
    await client.close();
    await plant.stop();
  }
}
