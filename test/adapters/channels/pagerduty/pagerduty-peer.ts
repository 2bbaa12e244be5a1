/**
 * PagerDuty's Events API v2 on 127.0.0.1, as strict as its documentation: what it does not know it refuses. It keeps the
 * incidents that people would see. Written by us, because PagerDuty gives its description no licence.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

export interface ShownIncident {
  readonly dedupKey: string;
  readonly state: 'triggered' | 'acknowledged' | 'resolved';
  /** Of its newest trigger. */
  readonly summary: string;
  readonly severity: string;
  /** Events that were put together in it. */
  readonly events: number;
}

export interface PagerdutyPeer {
  readonly url: string;
  /** All that the service of this routing key ever showed, in the order in which they were opened. */
  incidentsOf(routingKey: string): readonly ShownIncident[];
  stop(): Promise<void>;
}

const line = { type: 'string', minLength: 1, maxLength: 255 };
const EVENT = {
  type: 'object',
  additionalProperties: false,
  required: ['routing_key', 'event_action'],
  properties: {
    routing_key: { type: 'string', pattern: '^[A-Za-z0-9]{32}$' },
    event_action: { enum: ['trigger', 'acknowledge', 'resolve'] },
    dedup_key: line,
    client: line,
    client_url: { type: 'string', format: 'uri' },
    payload: {
      type: 'object',
      additionalProperties: false,
      required: ['summary', 'source', 'severity'],
      properties: {
        summary: { type: 'string', minLength: 1, maxLength: 1024 },
        source: line,
        severity: { enum: ['critical', 'error', 'warning', 'info'] },
        timestamp: { type: 'string', format: 'date-time' },
        component: line, group: line, class: line,
        custom_details: { type: 'object' },
      },
    },
    links: { type: 'array', items: { type: 'object', additionalProperties: false, required: ['href'], properties: { href: { type: 'string', format: 'uri' }, text: line } } },
    images: { type: 'array', items: { type: 'object', additionalProperties: false, required: ['src'], properties: { src: { type: 'string', pattern: '^https:' }, href: { type: 'string', format: 'uri' }, alt: line } } },
  },
  if: { properties: { event_action: { const: 'trigger' } } },
  then: { required: ['payload'] },
  else: { required: ['dedup_key'] },
};

interface Event {
  readonly routing_key: string;
  readonly event_action: 'trigger' | 'acknowledge' | 'resolve';
  readonly dedup_key: string;
  readonly payload?: { readonly summary: string; readonly severity: string };
}

/** `routingKeys`: those of the services that there are. */
export async function startPagerduty(routingKeys: readonly string[]): Promise<PagerdutyPeer> {
  const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false });
  addFormats.default(ajv);
  const isEvent = ajv.compile<Event>(EVENT);
  const shown = new Map<string, ShownIncident[]>(routingKeys.map((key) => [key, []]));

  function take({ routing_key, event_action, dedup_key, payload }: Event): void {
    const incidents = shown.get(routing_key) ?? [];
    const at = incidents.findLastIndex((incident) => incident.dedupKey === dedup_key && incident.state !== 'resolved');
    const open = incidents[at];
    if (event_action === 'trigger' && payload) {
      const { summary, severity } = payload;
      // Somebody who took charge keeps it, however often it is triggered again.
      if (open) incidents[at] = { ...open, summary, severity, events: open.events + 1 };
      else incidents.push({ dedupKey: dedup_key, state: 'triggered', summary, severity, events: 1 });
    } else if (open) {
      incidents[at] = { ...open, state: event_action === 'resolve' ? 'resolved' : 'acknowledged' };
    }
  }

  function errorsOf(path: string, event: unknown): string[] {
    if (path !== '/v2/enqueue') return ['not found'];
    if (!isEvent(event)) return (isEvent.errors ?? []).map(({ instancePath, message }) => `'${instancePath.slice(1)}' ${message}`);
    return shown.has(event.routing_key) ? [] : ['Invalid routing key'];
  }

  const server = createServer((request, response) => {
    void text(request).then((raw) => {
      const event: unknown = JSON.parse(raw);
      const errors = errorsOf(request.url ?? '', event);
      if (errors.length === 0) take(event as Event);
      response.writeHead(errors.length === 0 ? 202 : 400, { 'content-type': 'application/json' });
      response.end(JSON.stringify(errors.length === 0 ? { status: 'success', message: 'Event processed', dedup_key: (event as Event).dedup_key }
        : { status: 'invalid event', message: 'Event object is invalid', errors }));
    }, () => request.socket.destroy());
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    incidentsOf: (routingKey) => shown.get(routingKey) ?? [],
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}
