/** `watchpost devices`: which cameras are at fault, and who was told; taking charge of one. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { EquipmentNotice } from '../../api/shapes/equipment-notices.ts';
import { NOTICE_STATES } from '../../contracts/equipment-notice.ts';
import type { NoticeState } from '../../contracts/equipment-notice.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { table } from '../table.ts';
import { moment, told } from '../wording.ts';

interface NoticeOptions extends ApiOptions {
  readonly device?: string;
  readonly user?: string;
  readonly state?: NoticeState;
}

/** The newest; a person who wants more narrows the question. */
const SHOWN = 50;

export function addDevices(program: Command, context: Context): void {
  const devices = program.command('devices').description('cameras that are at fault');

  withApiOptions(devices.command('notices'))
    .description(`the ${SHOWN} newest equipment notices: cameras that show nothing, send nothing, or have a wrong clock`)
    .option('--device <id>', 'only of this device')
    .option('--user <id>', 'only to this user')
    .addOption(new Option('--state <state>', 'only in this state').choices(NOTICE_STATES))
    .action(({ device, user, state, ...options }: NoticeOptions) => withClient(options, context, async (client) => {
      const page = await client.equipmentNotices({ ...given({ deviceId: device, userId: user, state }), limit: SHOWN });
      answer(context, page, () => (page.notices.length === 0 ? ['No equipment notices.'] : [
        ...table(page.notices.map(rowOf), ['notice', 'kind', 'state', 'user', 'device', 'since (UTC)', 'last (UTC)', 'frames', 'told']),
        ...(page.next === null ? [] : ['There are more: narrow it down with --device, --user or --state.']),
      ]));
    }));

  withApiOptions(devices.command('ack').argument('<notice>', 'the equipment notice'))
    .description('take charge of a notice, so that nobody else is told of it')
    .action((noticeId: string, options: ApiOptions) => withClient(options, context, async (client) => {
      const notice = await client.acknowledgeNotice(noticeId);
      answer(context, notice, () => [`${notice.noticeId} is acknowledged since ${moment(notice.acknowledgedAt)}.`]);
    }));
}

const rowOf = ({ noticeId, kind, state, userId, deviceId, since, lastAt, frames, messages }: EquipmentNotice) =>
  [noticeId, kind, state, userId, deviceId, moment(since), moment(lastAt), frames, messages.map(told).join(', ')];
