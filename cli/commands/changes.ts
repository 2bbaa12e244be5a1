/** `watchpost changes`: who changed what, when, and what it was before. */
import { Option } from 'commander';
import type { Command } from 'commander';
import { CHANGE_SUBJECTS } from '../../adapters/postgres/changes.ts';
import type { ChangeSubject } from '../../adapters/postgres/changes.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { printable } from '../table.ts';
import { moment } from '../wording.ts';

interface ChangeOptions extends ApiOptions {
  readonly subject?: ChangeSubject;
  readonly id?: string;
}

/** The newest; a person who wants more narrows the question. */
const SHOWN = 20;
/** A change of a thousand members is a document for programs. */
const VALUE_LIMIT = 300;

export function addChanges(program: Command, context: Context): void {
  withApiOptions(program.command('changes'))
    .description(`the ${SHOWN} newest changes of rules, policies, groups, assignments, zones and chains`)
    .addOption(new Option('--subject <kind>', 'only of this kind').choices(CHANGE_SUBJECTS))
    .option('--id <id>', 'only of the one with this id')
    .action(({ subject, id, ...options }: ChangeOptions) => withClient(options, context, async (client) => {
      const page = await client.changes({ ...given({ subject, subjectId: id }), limit: SHOWN });
      answer(context, page, () => (page.changes.length === 0 ? ['No changes.'] : page.changes.flatMap((change) => [
        `${moment(change.at)}  ${change.subject} ${printable(change.subjectId)} by key ${change.changedBy}`,
        `    before  ${valueText(change.before)}`,
        `    after   ${valueText(change.after)}`,
      ])));
    }));
}

function valueText(value: unknown): string {
  const text = value === null ? '-' : printable(JSON.stringify(value));
  return text.length > VALUE_LIMIT ? `${text.slice(0, VALUE_LIMIT)}...` : text;
}
