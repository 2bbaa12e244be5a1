/** The channels that this installation can tell people by, made from the settings. */
import type { Channel as ChannelPort } from '../activities/ports/channel.ts';
import { createEmailChannel } from '../adapters/channels/email/email-channel.ts';
import type { Channel } from '../contracts/delivery.ts';
import { Failure } from '../contracts/failures.ts';
import type { Dependencies } from './dependencies.ts';

export async function openChannels({ settings, onClose }: Pick<Dependencies, 'settings' | 'log' | 'onClose'>): Promise<Partial<Record<Channel, ChannelPort>>> {
  if (!settings.smtpUrl) throw new Failure('setting_invalid', 'SMTP_URL is needed by a process that is started alone; `watchpost start` brings an inbox of its own');
  const email = createEmailChannel({ smtpUrl: settings.smtpUrl.reveal(), from: settings.mailFrom });
  onClose(async () => email.close());
  return { email };
}
