/** `watchpost frames refused`: what lies in the invalid-frame repository, and which camera sends what kind of rubbish. */
import { Option } from 'commander';
import type { Command } from 'commander';
import type { InvalidFrameCounts, InvalidFramePage } from '../../api/shapes/invalid-frames.ts';
import { REFUSAL_CODES } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { readInstant } from '../read-instant.ts';
import { table } from '../table.ts';
import { moment } from '../wording.ts';

interface RefusedOptions extends ApiOptions {
  readonly device?: string;
  readonly user?: string;
  readonly reason?: FailureCode;
  readonly from?: string;
  readonly to?: string;
  readonly counts?: true;
}

/** The latest; a person who wants more narrows the question. */
const SHOWN = 50;

export function addRefused(frames: Command, context: Context): void {
  withApiOptions(frames.command('refused'))
    .description(`the ${SHOWN} latest refused frames, or how many there are per device and reason`)
    .option('--device <id>', 'only of this device')
    .option('--user <id>', 'only of this user')
    .addOption(new Option('--reason <code>', 'only those refused for this').choices(REFUSAL_CODES))
    .option('--from <time>', 'RFC 3339: refused then or later', readInstant)
    .option('--to <time>', 'RFC 3339: refused before then', readInstant)
    .option('--counts', 'count them per device and reason')
    .action(({ device, user, reason, from, to, counts, ...options }: RefusedOptions) => withClient(options, context, async (client) => {
      const asked = given({ deviceId: device, userId: user, reason, from, to });
      if (counts) {
        const counted = await client.invalidFrameCounts(asked);
        return answer(context, counted, () => describeCounts(counted));
      }
      const page = await client.invalidFrames({ ...asked, limit: SHOWN });
      return answer(context, page, () => describePage(page));
    }));
}

const NONE = 'No refused frames.';

const describeCounts = ({ counts }: InvalidFrameCounts): string[] => (counts.length === 0 ? [NONE] : table(
  counts.map(({ deviceId, userId, reason, frames, lastRefusedAt }) => [deviceId, userId, reason, frames, moment(lastRefusedAt)]),
  ['device', 'user', 'reason', 'frames', 'latest (UTC)']));

const describePage = ({ frames, next }: InvalidFramePage): string[] => (frames.length === 0 ? [NONE] : [
  ...table(frames.map(({ frameId, deviceId, refusedAt, reason, detail }) => [frameId, deviceId, moment(refusedAt), reason, detail]),
    ['frame', 'device', 'refused (UTC)', 'reason', 'what was wrong']),
  ...(next === null ? [] : ['There are more: narrow it down with --device, --reason, --from or --to, or ask for --counts.']),
]);
