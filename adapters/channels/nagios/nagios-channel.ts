/**
 * Messages to a Nagios as passive checks: the state of one service, by the command file on this machine or by NSCA.
 *
 * A service has one state. Where several incidents shall be told apart, each camera or rule needs a service, and so a
 * contact, of its own. Neither way is answered, and Nagios drops what is about a service that it does not know: that
 * stands in its log only. Repeats are harmless, because they set a state that is set already.
 */
import type { ClosableChannel, Receipt } from '../../../activities/ports/channel.ts';
import { SendFailure } from '../send-failure.ts';
import { writeCommand } from './command-file.ts';
import { sendPacket } from './nsca.ts';
import type { NscaServer } from './nsca.ts';
import { serviceStateOf } from './service-state.ts';

export interface NagiosOptions {
  /** Goes before NSCA: it is the surer way, because it fails while no Nagios reads it. */
  readonly commandFile?: string;
  readonly nsca?: NscaServer;
  readonly timeouts?: Partial<NagiosTimeouts>;
}

export interface NagiosTimeouts {
  /** For everything: connection, greeting and packet; a command file that is full. */
  readonly sendMs: number;
}

/** What `send_nsca` itself allows: the daemon greets at once or is not well. */
const TIMEOUTS: NagiosTimeouts = { sendMs: 10_000 };

const STATE_NAMES = ['OK', 'WARNING', 'CRITICAL'] as const;

export function createNagiosChannel({ commandFile, nsca, timeouts }: NagiosOptions): ClosableChannel {
  const { sendMs } = { ...TIMEOUTS, ...timeouts };
  // One packet after the other: what the daemon is told faster than Nagios reads, it drops without a word.
  let turn: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine;
  };
  return {
    async send(message, deliveryKey, signal): Promise<Receipt> {
      const state = serviceStateOf(message);
      const untilThen = AbortSignal.any([AbortSignal.timeout(sendMs), ...(signal ? [signal] : [])]);
      if (untilThen.aborted) throw new SendFailure('provider_unavailable', 'cut off before anything was sent');
      const what = `${state.host}/${state.service} is ${STATE_NAMES[state.state]}`;
      // Neither way gives an id, so ours stands for it.
      const receipt = { providerId: deliveryKey, units: null, cost: null };
      if (commandFile !== undefined) {
        await writeCommand(commandFile, state, untilThen);
        return { ...receipt, provider: 'nagios', answer: `written to the command file: ${what}; Nagios answers nothing` };
      }
      if (nsca !== undefined) {
        await inTurn(() => sendPacket(nsca, state, untilThen));
        return { ...receipt, provider: 'nsca', answer: `sent, not confirmed: ${what}; NSCA answers nothing, not even to a wrong password` };
      }
      throw new SendFailure('channel_not_configured', 'neither NAGIOS_COMMAND_FILE nor NAGIOS_NSCA is set');
    },
    close: () => undefined,
  };
}
