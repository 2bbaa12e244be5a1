/** `watchpost contacts`: where users are told, and whether it works. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { Contact, ContactBody } from '../../api/shapes/accounts.ts';
import { CHANNELS } from '../../contracts/delivery.ts';
import type { Channel } from '../../contracts/delivery.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import type { Severity } from '../../contracts/severity.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { everyPage } from '../every-page.ts';
import { given } from '../given.ts';
import { quietHoursOf, quietText, windowOption } from '../quiet-hours.ts';
import type { QuietHoursText } from '../quiet-hours.ts';
import { facts, printable, table } from '../table.ts';
import { moment } from '../wording.ts';

interface PutOptions extends ApiOptions {
  readonly user: string;
  readonly channel: Channel;
  readonly address: string;
  readonly position?: string;
  readonly disabled?: true;
  readonly quiet?: QuietHoursText['windows'];
  readonly zone?: string;
  readonly breakThrough?: Severity;
}

export function addContacts(program: Command, context: Context): void {
  const contacts = program.command('contacts').description('contacts: where users are told');

  withApiOptions(contacts.command('put').argument('<contactId>', 'chosen by you'))
    .description('create or replace a contact; what is left out goes back to its default')
    .requiredOption('--user <id>', 'who is told')
    .addOption(new Option('--channel <channel>', 'by what').choices(CHANNELS).makeOptionMandatory())
    .requiredOption('--address <address>', 'mail address, telephone number with its country, URL, name of a routing key, or host/service')
    .option('--position <number>', 'order in which the user wants to be told, lowest first')
    .option('--disabled', 'keep it and tell nobody by it')
    .option('--quiet <window>', 'do not tell by it then: "22:00-07:00", "Sat, Sun 00:00-24:00"; several times for several windows', windowOption)
    .option('--zone <name>', 'IANA time zone of --quiet: where the person is')
    .addOption(new Option('--break-through <severity>', 'what is told all the same; left out: critical').choices(SEVERITIES))
    .action((contactId: string, options: PutOptions) => withClient(options, context, async (client) => {
      const { user: userId, channel, address, position, disabled } = options;
      const body: ContactBody = { userId, channel, address, ...given({ position: position === undefined ? undefined : Number(position), enabled: disabled ? false : undefined, quietHours: quietHoursOf(options) }) };
      const saved = await client.putContact(contactId, body);
      answer(context, saved, () => [printable(`Contact ${contactId} is saved: ${saved.channel} ${saved.address}. Try it with: watchpost contacts test ${contactId}`)]);
    }));

  withApiOptions(contacts.command('show').argument('<contactId>', 'the contact'))
    .description('a contact with its quiet hours')
    .action((contactId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const contact = await client.contact(contactId);
      answer(context, contact, () => facts([
        ['contact', contact.contactId], ['user', contact.userId], ['channel', contact.channel], ['address', contact.address], ['state', stateOf(contact)],
        ['position', String(contact.position)], ['quiet hours', contact.quietHours && quietText(contact.quietHours)], ['since (UTC)', moment(contact.updatedAt)],
      ]));
    }));

  withApiOptions(contacts.command('list'))
    .description('all contacts')
    .option('--user <id>', 'only of this user')
    .action(({ user, ...options }: ApiOptions & { user?: string }) => withClient(options, context, async (client) => {
      const found = await everyPage((cursor) => client.contacts({ ...given({ userId: user }), ...cursor }), (page) => page.contacts);
      answer(context, { contacts: found }, () => (found.length === 0 ? ['No contacts.'] : table(
        found.map((contact) => [contact.contactId, contact.userId, contact.channel, contact.address, stateOf(contact), contact.quietHours && quietText(contact.quietHours)]),
        ['contact', 'user', 'channel', 'address', 'state', 'quiet hours'])));
    }));

  withApiOptions(contacts.command('remove').argument('<contactId>', 'a contact that no chain names'))
    .description('remove a contact')
    .action((contactId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deleteContact(contactId);
      answer(context, { contactId }, () => [`Contact ${contactId} is removed.`]);
    }));

  withApiOptions(contacts.command('test').argument('<contactId>', 'the contact'))
    .description('send a test message now and say what the provider answered; ends with 1 unless it took it')
    .action((contactId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const tried = await client.testContact(contactId);
      context.exitCode = tried.outcome === 'delivered' ? 0 : 1;
      answer(context, tried, () => facts([
        ['outcome', tried.outcome], ['to', `${tried.channel} ${tried.address}`], ['provider', tried.provider], ['provider\'s id', tried.providerId], ['answer', tried.answer], ['took', `${tried.ms} ms`],
        ...(tried.code === null ? [] : [['code', tried.code], ['what to do', tried.operator]]),
        ...(tried.uncertain ? [['uncertain', 'it may have arrived all the same']] : []),
      ]));
    }));
}

const stateOf = ({ enabled, failedCode }: Contact): string => (enabled ? 'enabled' : failedCode === null ? 'switched off' : `switched off: ${failedCode}`);
