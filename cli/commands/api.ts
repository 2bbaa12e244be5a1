/** `watchpost api`: the HTTP API in this process, until it is asked to stop. */
import type { Command } from 'commander';
import { say } from '../context.ts';
import type { Context } from '../context.ts';

export function addApi(program: Command, context: Context): void {
  program.command('api')
    .description('run the HTTP API in this process; several share the work behind a balancer')
    .option('--step-over', 'take the next free port when the port is taken')
    .action(async ({ stepOver = false }: { stepOver?: boolean }) => {
      const { sayReady, stopRequested } = await import('../../workers/lifecycle.ts');
      // Before anything is opened, so that a stop during the start is not lost.
      const stop = stopRequested();
      const { createLog } = await import('../../workers/log.ts');
      const { startApiProcess } = await import('../api-process.ts');
      const settings = context.settings();
      const log = createLog('api', settings.logLevel);

      const api = await startApiProcess(settings, log, { stepOver });
      log.info({ address: api.url }, 'api serves');
      sayReady({ url: api.url });
      // Under a supervisor its log says so.
      if (!process.send) say(context, `watchpost api serves ${api.url}`);
      log.info({ reason: await stop }, 'stopping');
      await api.close();
    });
}
