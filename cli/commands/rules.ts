/** `watchpost rules`: what is wrong with a rule, before and when it is saved; and which there are. */
import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { COCO_LABELS } from '../../adapters/detector/labels.ts';
import type { Rule } from '../../api/shapes/rules.ts';
import { checkClasses } from '../../policies/check/check-classes.ts';
import { parseOneLine } from '../../policies/language/parse-one-line.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { table } from '../table.ts';
import { problemLine } from '../wording.ts';

export function addRules(program: Command, context: Context): void {
  const rules = program.command('rules').description('rules: what is unsafe');

  rules.command('check').argument('<file>', 'text of the rule; - is standard input')
    .description('say what is wrong with a rule, without a running Watchpost; classes are held against those of the default detector')
    .action(async (file: string) => {
      const parsed = parseOneLine(await readText(file, context));
      const problems = [...parsed.problems, ...checkClasses(parsed, [{ name: 'yolox-nano', labels: COCO_LABELS }])];
      const text = parsed.rule === null ? undefined : printOneLine(parsed.rule);
      answer(context, { ok: parsed.rule !== null, problems, ...(text === undefined ? {} : { text }) }, () => [
        ...problems.map((problem) => problemLine(problem, file)),
        ...(text === undefined ? ['It would not be saved.'] : [`Read as  ${text}`]),
      ]);
      context.exitCode = parsed.rule === null ? 1 : 0;
    });

  withApiOptions(rules.command('put').argument('<ruleId>', 'the number in `RuleID: 100`').argument('<file>', 'text of the rule; - is standard input'))
    .description('save a rule; a changed text makes a new version')
    .action((ruleId: string, file: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const saved = await client.putRule(ruleId, await readText(file, context));
      answer(context, saved, () => [`Rule ${saved.ruleId} is saved, version ${saved.version}.`, ...saved.warnings.map((warning) => problemLine(warning, file))]);
    }));

  withApiOptions(rules.command('list'))
    .description('all rules with their warnings')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const found: Rule[] = [];
      for (let cursor: string | null | undefined; cursor !== null;) {
        const page = await client.rules(cursor === undefined ? {} : { cursor });
        found.push(...page.rules);
        cursor = page.next;
      }
      answer(context, { rules: found }, () => (found.length === 0 ? ['No rules.'] : [
        ...table(found.map(({ ruleId, version, userIds, text }) => [ruleId, version, userIds.length, text]), ['rule', 'version', 'users', 'text']),
        ...found.flatMap(({ ruleId, warnings }) => warnings.map((warning) => problemLine(warning, `rule ${ruleId}`))),
      ]));
    }));
}

async function readText(file: string, { stdin }: Context): Promise<string> {
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8').trimEnd();
  }
  try {
    return (await readFile(file, 'utf8')).trimEnd();
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, 'Name a file with the text of one rule, or - for standard input.');
  }
}
