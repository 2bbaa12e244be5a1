/** `watchpost rules library` and `test`: ready rules to start from, and trying a rule on cases without any camera. */
import { readFile, readdir } from 'node:fs/promises';
import type { Command } from 'commander';
import { readCases } from '../../policies/cases/read-cases.ts';
import { runCases } from '../../policies/cases/run-cases.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { readText } from '../read-document.ts';
import { printable, table } from '../table.ts';
import { problemLine } from '../wording.ts';

const LIBRARY = new URL('../../policies/library/', import.meta.url);

export function addRuleLibrary(rules: Command, context: Context): void {
  rules.command('library').argument('[name]', 'print this one')
    .description('ready rules to start from')
    .action(async (name: string | undefined) => {
      const names = await libraryNames();
      if (name === undefined) {
        const found = await Promise.all(names.map(async (known) => ({ name: known, title: readRule(await libraryText(known)).rule?.name ?? '' })));
        answer(context, { rules: found }, () => table(found.map((rule) => [rule.name, rule.title])));
        return;
      }
      if (!names.includes(name)) throw usageError(`the library has no rule ${name}`, `Known are: ${names.join(', ')}.`);
      const text = await libraryText(name);
      answer(context, { name, text }, () => [text.trimEnd()]);
    });

  rules.command('test').argument('<file>', 'text of the rule').argument('<cases>', 'its cases, in YAML')
    .description('try a rule on cases, without a camera')
    .action(async (file: string, casesFile: string) => {
      const { rule, problems } = readRule(await readText(file, context));
      if (rule === null) throw usageError(problems.map((problem) => problemLine(problem, file)).join('\n'), 'Mend the rule first.');
      const cases = readCases(await readText(casesFile, context));
      if (cases.file === null) throw usageError(cases.problems.map((problem) => problemLine(problem, casesFile)).join('\n'), 'Mend the cases first.');
      const results = runCases(rule, cases.file);
      const failed = results.filter(({ fault }) => fault !== null).length;
      answer(context, { passed: results.length - failed, failed, results }, () => [
        ...results.flatMap(({ name, fault }) => (fault === null ? [`ok      ${printable(name)}`] : [`FAILED  ${printable(name)}`, `        ${printable(fault)}`])),
        `${results.length - failed} passed, ${failed} failed`,
      ]);
      context.exitCode = failed === 0 ? 0 : 1;
    });
}

const libraryText = (name: string): Promise<string> => readFile(new URL(`${name}.yaml`, LIBRARY), 'utf8');

const libraryNames = async (): Promise<string[]> =>
  (await readdir(LIBRARY)).filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml')).map((file) => file.slice(0, -'.yaml'.length)).sort();
