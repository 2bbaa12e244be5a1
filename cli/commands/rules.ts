/** `watchpost rules`: what is wrong with a rule, before and when it is saved; which there are, and who has them. */
import type { Command } from 'commander';
import { COCO_LABELS } from '../../adapters/detector/labels.ts';
import type { RuleCheck } from '../../api/shapes/rules.ts';
import { checkRule } from '../../policies/check/check-rule.ts';
import { printOneLine } from '../../policies/language/print-one-line.ts';
import { printYaml } from '../../policies/language/print-yaml.ts';
import { readRule } from '../../policies/language/read-rule.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { addAssigning } from '../assigning.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { given } from '../given.ts';
import { readText } from '../read-document.ts';
import { facts, table } from '../table.ts';
import { assigneeRows, moment, problemLine } from '../wording.ts';
import { addRuleLibrary } from './rules-library.ts';

interface CheckOptions extends ApiOptions {
  readonly user?: string;
  readonly group?: string;
}

export function addRules(program: Command, context: Context): void {
  const rules = program.command('rules').description('rules: what is unsafe');

  withApiOptions(rules.command('check').argument('<file>', 'text of the rule; - is standard input'))
    .description('say what is wrong with a rule; without --user and --group no Watchpost need run, and classes are held against those of the default detector')
    .option('--user <id>', 'hold it against the devices of this user, their zones and models')
    .option('--group <id>', 'hold it against the devices of the members of this group')
    .action(async (file: string, { user, group, ...options }: CheckOptions) => {
      const text = await readText(file, context);
      const of = given({ userId: user, groupId: group });
      const checked = Object.keys(of).length === 0 ? checkedHere(text) : await withClient(options, context, (client) => client.checkRule(text, of));
      answer(context, checked, () => [
        ...checked.problems.map((problem) => problemLine(problem, file)),
        ...(checked.ok ? readAs(checked) : ['It would not be saved.']),
      ]);
      context.exitCode = checked.ok ? 0 : 1;
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
      const found = await everyPage((cursor) => client.rules(cursor), (page) => page.rules);
      answer(context, { rules: found }, () => (found.length === 0 ? ['No rules.'] : [
        ...table(found.map(({ ruleId, version, users, groupIds, policyIds, name, text }) => [ruleId, version, users, groupIds.length, policyIds.length, name ?? firstLine(text)]), ['rule', 'version', 'users', 'groups', 'policies', 'name or text']),
        ...found.flatMap(({ ruleId, warnings }) => warnings.map((warning) => problemLine(warning, `rule ${ruleId}`))),
      ]));
    }));

  withApiOptions(rules.command('show').argument('<ruleId>', 'the rule'))
    .description('a rule as it is in force, and who has it')
    .option('--versions', 'every version that there was, the newest first')
    .action((ruleId: string, { versions, ...options }: ApiOptions & { versions?: boolean }) => withClient(options, context, async (client) => {
      if (versions) {
        const found = await everyPage((cursor) => client.ruleVersions(ruleId, cursor), (page) => page.versions);
        answer(context, { ruleId, versions: found }, () => found.flatMap(({ version, createdAt, createdBy, text }) => [`version ${version}, ${moment(createdAt)} by key ${createdBy}`, ...indented(text)]));
        return;
      }
      const rule = await client.rule(ruleId);
      answer(context, rule, () => [
        ...facts([['rule', rule.ruleId], ['name', rule.name], ['severity', rule.severity], ['version', rule.version], ['since (UTC)', moment(rule.updatedAt)], ...assigneeRows(rule), ['policies', rule.policyIds.join(', ')]]),
        ...indented(rule.text),
        ...rule.warnings.map((warning) => problemLine(warning, `rule ${ruleId}`)),
      ]);
    }));

  withApiOptions(rules.command('remove').argument('<ruleId>', 'a rule that nobody has'))
    .description('remove a rule; its versions stay with the verdicts they gave')
    .action((ruleId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deleteRule(ruleId);
      answer(context, { ruleId }, () => [`Rule ${ruleId} is removed.`]);
    }));

  addAssigning(rules, context, 'rule');
  addRuleLibrary(rules, context);
}

/** Nothing is known of devices and calibration here; the API knows both. */
const OFFLINE = { models: [{ name: 'yolox-nano', labels: COCO_LABELS, highest: () => 1 }], devices: [] };

function checkedHere(source: string): RuleCheck {
  const parsed = readRule(source);
  const problems = [...parsed.problems, ...checkRule(parsed, OFFLINE)];
  const ok = problems.every(({ severity }) => severity !== 'error');
  if (parsed.rule === null || !ok) return { ok, problems };
  const text = printOneLine(parsed.rule);
  return { ok, problems, ...(text === undefined ? {} : { text }), yaml: printYaml(parsed.rule) };
}

const readAs = ({ text, yaml }: RuleCheck): string[] => (text === undefined ? ['Read as', ...indented(yaml ?? '')] : [`Read as  ${text}`]);

const indented = (text: string): string[] => text.trimEnd().split('\n').map((line) => `    ${line}`);

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
