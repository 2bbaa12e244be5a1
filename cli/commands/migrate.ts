/** `watchpost migrate`: brings the database of DATABASE_URL to the newest schema. */
import type { Command } from 'commander';
import { Failure } from '../../contracts/failures.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';

export function addMigrate(program: Command, context: Context): void {
  program.command('migrate')
    .description('bring the database of DATABASE_URL to the newest schema (`start` does so by itself)')
    .action(async () => {
      const { databaseUrl } = context.settings();
      if (!databaseUrl) throw new Failure('setting_invalid', 'DATABASE_URL names no database; the embedded one is brought up to date by `watchpost start`');
      const { createPool, refuseUnsafeDatabase } = await import('../../adapters/postgres/pool.ts');
      const { MIGRATION_LIMIT_MS, migrate } = await import('../../adapters/postgres/migrate.ts');
      // One for the migrations; a second so that a lost connection does not end the run.
      const pool = createPool(databaseUrl.reveal(), { connections: 2, applicationName: 'watchpost migrate', queryLimitMs: MIGRATION_LIMIT_MS });
      try {
        await refuseUnsafeDatabase(pool);
        const applied = await migrate(pool);
        answer(context, { applied }, () => (applied.length === 0 ? ['The schema is up to date.'] : applied.map((name) => `applied ${name}`)));
      } finally {
        await pool.end();
      }
    });
}
