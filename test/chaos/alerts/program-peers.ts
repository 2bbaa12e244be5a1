/** The programs of the run: a receiver of webhooks and PagerDuty, which do wrong on demand, and Nagios. Each has a book of what it was told, in order. */
import type { ServerResponse } from 'node:http';
import { startApiFront } from '../../adapters/channels/api-front.ts';
import type { ApiFault } from '../../adapters/channels/api-front.ts';
import { HOST, SERVICES, nagiosMissing, startNagios } from '../../adapters/channels/nagios/nagios.ts';
import { startPagerduty } from '../../adapters/channels/pagerduty/pagerduty-peer.ts';
import type { ShownIncident } from '../../adapters/channels/pagerduty/pagerduty-peer.ts';
import { startEndpoint } from '../../adapters/channels/webhook/endpoint.ts';
import { ROUTING_KEY } from './secrets.ts';

/** `lost`: done, and the answer is lost. */
export type ProgramFault = 'answers 500' | 'answers 429' | 'drops the line' | 'hangs' | 'loses its answer';

/** What a program took, in order, repeats included. */
export interface Heard {
  readonly contactId: string | null;
  readonly incidentId: string;
  /** Id of the message, where the channel has one. */
  readonly id: string | null;
  /** What it says of the incident: a telling, or what of it the program is shown. */
  readonly what: string;
  readonly body: string;
}

export interface ProgramPeer {
  /** What contacts have for an address, or what it begins with. */
  readonly url: string;
  goWrong(how: ProgramFault): void;
  met(): number;
  goWell(): void;
  close(): Promise<void>;
}

export interface WebhookPeer extends ProgramPeer {
  readonly heard: readonly Heard[];
  /** Digests and the like. */
  readonly others: readonly string[];
}

export async function startWebhookPeer(): Promise<WebhookPeer> {
  let fault: ProgramFault | undefined;
  let met = 0;
  const heard: Heard[] = [];
  const others: string[] = [];
  const hanging = new Set<ServerResponse>();
  const endpoint = await startEndpoint((response, nth) => {
    const { headers, body } = endpoint.posted[nth - 1]!;
    if (fault !== undefined) met += 1;
    if (fault === undefined || fault === 'loses its answer') {
      const { type, data } = JSON.parse(body) as { type: string; data: { contactId: string; incidentId?: string } };
      if (data.incidentId === undefined) others.push(String(headers['webhook-id']));
      else heard.push({ contactId: data.contactId, incidentId: data.incidentId, id: String(headers['webhook-id']), what: type.replace('incident.', ''), body });
    }
    if (fault === 'hangs') hanging.add(response);
    else if (fault === 'drops the line' || fault === 'loses its answer') response.socket?.destroy();
    else response.writeHead(fault === undefined ? 204 : fault === 'answers 429' ? 429 : 500, fault === 'answers 429' ? { 'retry-after': '1' } : {}).end();
  });
  return {
    url: endpoint.url, heard, others,
    goWrong(how) { fault = how; met = 0; },
    met: () => met,
    goWell() {
      fault = undefined;
      for (const response of hanging) response.socket?.destroy();
      hanging.clear();
    },
    close: () => endpoint.close(),
  };
}

export interface PagerdutyBook extends ProgramPeer {
  heard(): readonly Heard[];
  shown(): readonly ShownIncident[];
}

const AT_FRONT: Readonly<Record<Exclude<ProgramFault, 'hangs'>, ApiFault>> = {
  'answers 500': { status: 500, body: {} }, 'answers 429': { status: 429, headers: { 'retry-after': '1' }, body: {} }, 'drops the line': 'early', 'loses its answer': 'lost',
};

export async function startPagerdutyBook(): Promise<PagerdutyBook> {
  const pagerduty = await startPagerduty([ROUTING_KEY]);
  let fault: ApiFault | undefined;
  let met = 0;
  const front = await startApiFront(pagerduty.url, () => {
    if (fault !== undefined) met += 1;
    return fault;
  });
  return {
    url: front.url,
    // It keeps what came in full, whatever was answered.
    heard: () => front.received.filter(({ fault: how }) => how === undefined || how === 'lost').map(({ body }) => {
      const event = body as { event_action: string; dedup_key: string };
      return { contactId: null, incidentId: event.dedup_key.replace('watchpost-', ''), id: null, what: event.event_action, body: JSON.stringify(body) };
    }),
    shown: () => pagerduty.incidentsOf(ROUTING_KEY),
    goWrong(how) { fault = AT_FRONT[how as keyof typeof AT_FRONT]; met = 0; },
    met: () => met,
    goWell() { fault = undefined; },
    async close() {
      await front.stop();
      await pagerduty.stop();
    },
  };
}

export interface NagiosBook {
  readonly commandFile: string;
  readonly addresses: readonly string[];
  heard(): Promise<readonly Heard[]>;
  close(): Promise<void>;
}

/** A sentence that says why there is none. Nothing is done to it: it answers nothing, so nobody could know what it lost. */
export async function startNagiosBook(): Promise<NagiosBook | string> {
  if (nagiosMissing !== undefined) return nagiosMissing;
  const nagios = await startNagios();
  return {
    commandFile: nagios.commandFile, addresses: SERVICES.map((service) => `${HOST}/${service}`),
    heard: async () => (await nagios.log()).split('\n').flatMap((line): Heard[] => {
      const [, said = '', token] = /EXTERNAL COMMAND: PROCESS_SERVICE_CHECK_RESULT;[^;]*;[^;]*;\d;(.*) \S*\/i\/([\w-]{48})$/.exec(line) ?? [];
      if (token === undefined) return [];
      return [{ contactId: null, incidentId: incidentOfToken(token), id: null, what: said.startsWith('Over: ') ? 'resolve' : said.startsWith('Taken charge of: ') ? 'acknowledge' : 'trigger', body: said }];
    }),
    close: () => nagios.stop(),
  };
}

/** Its first 16 bytes. */
const incidentOfToken = (token: string): string =>
  Buffer.from(token, 'base64url').toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
