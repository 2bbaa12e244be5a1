/** The command line: one command per file in commands/, and one place where errors become a line and an exit code. */
import { Command, CommanderError } from 'commander';
import { loadSettings } from '../config/load.ts';
import { addApi } from './commands/api.ts';
import { addAssets } from './commands/assets.ts';
import { addChanges } from './commands/changes.ts';
import { addChains } from './commands/chains.ts';
import { addContacts } from './commands/contacts.ts';
import { addDemo } from './commands/demo.ts';
import { addDevices } from './commands/devices.ts';
import { addDispatch } from './commands/dispatch.ts';
import { addDoctor } from './commands/doctor.ts';
import { addFrames } from './commands/frames.ts';
import { addGroups } from './commands/groups.ts';
import { addIncidents } from './commands/incidents.ts';
import { addKeys } from './commands/keys.ts';
import { addMigrate } from './commands/migrate.ts';
import { addModels } from './commands/models.ts';
import { addPolicies } from './commands/policies.ts';
import { addReplay } from './commands/replay.ts';
import { addRules } from './commands/rules.ts';
import { addSnoozes } from './commands/snoozes.ts';
import { addStart } from './commands/start.ts';
import { addStatus } from './commands/status.ts';
import { addWorker } from './commands/worker.ts';
import { addZones } from './commands/zones.ts';
import type { Context, OutputStream } from './context.ts';
import { reportError } from './report-error.ts';

/** In the order of the help: run it, feed it, look at it, look after it. */
const COMMANDS = [
  addDemo, addStart, addApi, addWorker, addDispatch, addMigrate,
  addFrames, addRules, addPolicies, addGroups, addZones, addContacts, addChains, addChanges, addModels, addIncidents, addSnoozes, addDevices, addKeys, addStatus, addReplay, addAssets, addDoctor,
];

export interface Surroundings {
  readonly stdin: AsyncIterable<Buffer | string>;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Runs one command; resolves with the exit code and never rejects. */
export async function main(argv: readonly string[], surroundings: Surroundings = process): Promise<number> {
  const program = new Command('watchpost');
  let helpInPlaceOfWork = '';
  const context: Context = {
    ...pick(surroundings),
    settings: () => loadSettings(surroundings.env),
    json: () => Boolean(program.opts()['json']),
    exitCode: 0,
  };
  program
    .description('Watches camera frames and alerts people when their own rules say so.')
    .option('--json', 'answer with one JSON document on standard output')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: (text) => context.stdout.write(text), writeErr: (text) => { helpInPlaceOfWork = text; } })
    .exitOverride();
  for (const add of COMMANDS) add(program, context);

  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      context.stderr.write(helpInPlaceOfWork);
      return 2;
    }
    return reportError(error, context);
  }
}

const pick = ({ stdin, stdout, stderr, env }: Surroundings): Surroundings => ({ stdin, stdout, stderr, env });
