/** `watchpost doctor`: what is here, what is missing, how to get it. */
import type { Command } from 'commander';
import { diagnose } from '../../scripts/provision/doctor.mjs';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { table } from '../table.ts';

type Check = ReturnType<typeof diagnose>[number];

export function addDoctor(program: Command, context: Context): void {
  program.command('doctor')
    .description('say what this machine has, what is missing and how to get it')
    .action(() => {
      const checks = diagnose(context.env);
      const ok = checks.every((check) => check.ok || !check.required);
      answer(context, { ok, checks }, () => [...table(checks.map((check) => [verdictOn(check), check.name, check.found])), '', ...mends(checks)]);
      context.exitCode = ok ? 0 : 1;
    });
}

function verdictOn({ ok, required }: Check): string {
  if (ok) return 'ok';
  return required ? 'MISSING' : 'without';
}

function mends(checks: readonly Check[]): string[] {
  const missing = checks.filter(({ ok }) => !ok);
  if (missing.length === 0) return ['All there.'];
  return missing.map((check) => `${check.required ? 'Needed' : 'Optional'}: ${check.name}: ${check.how}.`);
}
