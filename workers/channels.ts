/** The channels that this installation can tell people and programs by, made from the settings. */
import type { ClosableChannel, Channel as ChannelPort } from '../activities/ports/channel.ts';
import { readDkimKey } from '../adapters/channels/email/dkim-key.ts';
import { createEmailChannel } from '../adapters/channels/email/email-channel.ts';
import { createNagiosChannel } from '../adapters/channels/nagios/nagios-channel.ts';
import { createPagerdutyChannel } from '../adapters/channels/pagerduty/pagerduty-channel.ts';
import { createSendgridChannel } from '../adapters/channels/sendgrid/sendgrid-channel.ts';
import { createCallChannel } from '../adapters/channels/twilio/call-channel.ts';
import { createSmsChannel } from '../adapters/channels/twilio/sms-channel.ts';
import { createWebhookChannel } from '../adapters/channels/webhook/webhook-channel.ts';
import { createWebhookSecrets } from '../adapters/links/webhook-secret.ts';
import type { Settings } from '../config/settings.ts';
import type { Channel } from '../contracts/delivery.ts';
import { Failure } from '../contracts/failures.ts';
import type { Dependencies } from './dependencies.ts';
import { isLoopback } from './loopback.ts';
import { ensureSigningSecret } from './signing-secret.ts';

type Channels = Partial<Record<Channel, ChannelPort>>;

/** A channel without a provider is left out: its messages become dead letters that say so, and go out by hand once it is set. */
export async function openChannels({ settings, log, onClose }: Pick<Dependencies, 'settings' | 'log' | 'onClose'>): Promise<Channels> {
  const channels: Partial<Record<Channel, ClosableChannel>> = {
    email: await mailChannel(settings),
    ...telephoneChannels(settings),
    ...pagerdutyChannel(settings),
    ...nagiosChannel(settings),
    webhook: createWebhookChannel({ secretOf: createWebhookSecrets(await ensureSigningSecret(settings, log)), allowedNetworks: settings.webhookNetworks }),
  };
  onClose(async () => { for (const channel of Object.values(channels)) channel.close(); });
  return channels;
}

/** A key of SendGrid goes before a mail server: whoever sets one means it, and the embedded inbox is always there. */
async function mailChannel({ sendgridApiKey, sendgridBaseUrl: baseUrl, smtpUrl, mailFrom: from, dkimDomain, dkimSelector, dkimKeyFile }: Settings): Promise<ClosableChannel> {
  if (sendgridApiKey) return createSendgridChannel({ apiKey: sendgridApiKey.reveal(), ...(baseUrl === undefined ? {} : { baseUrl }), from });
  if (!smtpUrl) throw new Failure('setting_invalid', 'SMTP_URL or SENDGRID_API_KEY is needed by a process that is started alone; `watchpost start` brings an inbox of its own');
  const dkim = await readDkimKey({ domain: dkimDomain, selector: dkimSelector, keyFile: dkimKeyFile });
  return createEmailChannel({ smtpUrl: smtpUrl.reveal(), from, ...(dkim === undefined ? {} : { dkim }) });
}

function telephoneChannels({ twilioAccountSid: accountSid, twilioAuthToken, twilioFrom: from, twilioBaseUrl: baseUrl, publicUrl, smsPrice, callPrice }: Settings): Partial<Record<Channel, ClosableChannel>> {
  if (accountSid === '' && twilioAuthToken === undefined) return {};
  if (accountSid === '' || twilioAuthToken === undefined || from === '') throw new Failure('setting_invalid', 'TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM belong together: set all of them or none');
  const line = { accountSid, authToken: twilioAuthToken.reveal(), from, callbackBase: callbackBase(publicUrl, baseUrl), ...(baseUrl === undefined ? {} : { baseUrl }) };
  return {
    sms: createSmsChannel({ ...line, ...(smsPrice === undefined ? {} : { price: smsPrice }) }),
    call: createCallChannel({ ...line, ...(callPrice === undefined ? {} : { price: callPrice }) }),
  };
}

/** Twilio refuses callbacks to an address that only this machine has, as a plant without a public URL gives its own mails; a Twilio on this machine does not. */
function callbackBase(publicUrl: string | undefined, twilioBaseUrl: string | undefined): string | null {
  if (publicUrl === undefined) return null;
  return isLoopback(publicUrl) && twilioBaseUrl === undefined ? null : publicUrl;
}

function pagerdutyChannel({ pagerdutyRoutingKeys, pagerdutyBaseUrl: baseUrl }: Settings): Partial<Record<Channel, ClosableChannel>> {
  if (pagerdutyRoutingKeys.size === 0) return {};
  const routingKeys = new Map([...pagerdutyRoutingKeys].map(([name, key]) => [name, key.reveal()]));
  return { pagerduty: createPagerdutyChannel({ routingKeys, ...(baseUrl === undefined ? {} : { baseUrl }) }) };
}

function nagiosChannel({ nagiosCommandFile: commandFile, nagiosNsca, nagiosNscaPassword }: Settings): Partial<Record<Channel, ClosableChannel>> {
  if (commandFile === undefined && nagiosNsca === undefined) return {};
  if (commandFile === undefined && nagiosNscaPassword === undefined) throw new Failure('setting_invalid', 'NAGIOS_NSCA needs NAGIOS_NSCA_PASSWORD');
  const [, host = '', port = ''] = /^(.*):(\d+)$/.exec(nagiosNsca ?? '') ?? [];
  const nsca = nagiosNsca === undefined || nagiosNscaPassword === undefined ? {} : { nsca: { host: host.replace(/^\[|\]$/g, ''), port: Number(port), password: nagiosNscaPassword.reveal() } };
  return { nagios: createNagiosChannel({ ...(commandFile === undefined ? {} : { commandFile }), ...nsca }) };
}
