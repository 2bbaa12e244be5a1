/** Settings of the channels: where providers are, and by which credentials. Part of the table in `settings.ts`. */
import { line, namedSecrets, networks, optionalAddress, optionalPath, optionalPrice, optionalSecret, optionalSecretUrl, optionalWebAddress } from './kinds.ts';
import type { Setting } from './kinds.ts';

export const CHANNEL_SETTINGS = {
  smtpUrl: optionalSecretUrl({
    variable: 'SMTP_URL',
    schemes: ['smtp', 'smtps'],
    meaning: 'The mail server for alerts; without it an embedded inbox takes them and the API shows them at `/inbox`.',
    reason: 'User, password and options stand in the URL as nodemailer reads them.',
  }),
  mailFrom: line({
    variable: 'WATCHPOST_MAIL_FROM',
    defaultValue: 'Watchpost <watchpost@localhost>',
    meaning: 'The sender of alert mails.',
    reason: 'Mail servers refuse senders of domains that they do not know: set it together with `SMTP_URL`.',
  }),
  dkimDomain: line({
    variable: 'WATCHPOST_DKIM_DOMAIN',
    defaultValue: '',
    meaning: 'The domain that mails over SMTP are signed for (DKIM); empty signs none.',
    reason: 'Most mail servers sign by themselves. Where they do not, unsigned mail ends in the junk folder.',
  }),
  dkimSelector: line({
    variable: 'WATCHPOST_DKIM_SELECTOR',
    defaultValue: 'watchpost',
    meaning: 'The selector under which the public key stands in the DNS: `<selector>._domainkey.<domain>`.',
    reason: 'A name of its own, so that it fights with no other sender of the domain.',
  }),
  dkimKeyFile: optionalPath({
    variable: 'WATCHPOST_DKIM_KEY_FILE',
    meaning: 'PEM file of the private key that mails are signed with; needed with `WATCHPOST_DKIM_DOMAIN`.',
    reason: 'A file, because a key of many lines fits no variable.',
  }),
  sendgridApiKey: optionalSecret({
    variable: 'SENDGRID_API_KEY',
    minLength: 10,
    meaning: 'Key of SendGrid; with it mails go there, and not by `SMTP_URL`.',
    reason: 'Where no mail server of one\'s own can be had.',
  }),
  sendgridBaseUrl: optionalWebAddress({
    variable: 'SENDGRID_BASE_URL',
    meaning: 'Where SendGrid is reached; without it https://api.sendgrid.com.',
    reason: 'For its region in Europe, and for tests.',
  }),

  twilioAccountSid: line({
    variable: 'TWILIO_ACCOUNT_SID',
    defaultValue: '',
    meaning: 'Account of Twilio for text messages and calls; empty: neither can be sent.',
    reason: 'Begins with AC; no secret.',
  }),
  twilioAuthToken: optionalSecret({
    variable: 'TWILIO_AUTH_TOKEN',
    minLength: 8,
    meaning: 'Token of that account; it also checks the signatures of what Twilio sends us.',
    reason: 'Without it nobody could tell an answer of a customer from one that was made up.',
  }),
  twilioFrom: line({
    variable: 'TWILIO_FROM',
    defaultValue: '',
    meaning: 'Number that text messages and calls come from, such as `+4930123456`.',
    reason: 'One that takes both, so that people can save it under one name and answer to it.',
  }),
  twilioBaseUrl: optionalWebAddress({
    variable: 'TWILIO_BASE_URL',
    meaning: 'Where Twilio is reached; without it https://api.twilio.com.',
    reason: 'For tests, and for gateways that speak its language.',
  }),
  smsPrice: optionalPrice({
    variable: 'WATCHPOST_SMS_PRICE',
    meaning: 'Price of one segment of a text message.',
    reason: 'Providers tell the price only later or not at all; with it the cost of each message is kept.',
  }),
  callPrice: optionalPrice({
    variable: 'WATCHPOST_CALL_PRICE',
    meaning: 'Price of one call.',
    reason: 'Ours last less than a minute, so they cost the same.',
  }),

  pagerdutyRoutingKeys: namedSecrets({
    variable: 'PAGERDUTY_ROUTING_KEYS',
    meaning: 'Routing keys of PagerDuty services by names of our own; a contact\'s address is such a name.',
    reason: 'A key lets anybody raise alarms there, so it stands in no contact.',
  }),
  pagerdutyBaseUrl: optionalWebAddress({
    variable: 'PAGERDUTY_BASE_URL',
    meaning: 'Where PagerDuty takes events; without it https://events.pagerduty.com.',
    reason: 'For its region in Europe, and for tests.',
  }),

  nagiosNsca: optionalAddress({
    variable: 'NAGIOS_NSCA',
    meaning: 'The NSCA daemon of a Nagios.',
    reason: 'For a Nagios on another machine.',
  }),
  nagiosNscaPassword: optionalSecret({
    variable: 'NAGIOS_NSCA_PASSWORD',
    minLength: 1,
    meaning: 'Password of the NSCA daemon, whose `decryption_method` must be 1 (XOR).',
    reason: 'XOR keeps nothing secret: let it come through a tunnel.',
  }),
  nagiosCommandFile: optionalPath({
    variable: 'NAGIOS_COMMAND_FILE',
    meaning: 'The external command file of a Nagios on this machine; goes before NSCA.',
    reason: 'The surer way where there is one: NSCA answers nothing.',
  }),

  webhookNetworks: networks({
    variable: 'WATCHPOST_WEBHOOK_NETWORKS',
    meaning: 'Private networks that webhooks may lead into; without any, only public addresses are called.',
    reason: 'Whoever may set a webhook could otherwise make this machine call those that only it can reach.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
