/** What a pipeline's history in JSON tells: what was asked of whom, and how much it holds. */

interface Payload { readonly data: string }

export interface HistoryEvent {
  readonly activityTaskScheduledEventAttributes?: {
    readonly activityType: { readonly name: string };
    readonly taskQueue: { readonly name: string };
    readonly input: { readonly payloads: readonly Payload[] };
  };
}

export interface Call { readonly activity: string; readonly queue: string; readonly input: unknown }

/** What was asked of a queue, in order. */
export const callsIn = ({ events }: { readonly events: readonly HistoryEvent[] }): Call[] =>
  events.flatMap(({ activityTaskScheduledEventAttributes: call }) => call === undefined ? [] : [{
    activity: call.activityType.name, queue: call.taskQueue.name,
    input: JSON.parse(Buffer.from(call.input.payloads[0]?.data ?? '', 'base64').toString('utf8')) as unknown,
  }]);

/** The frames that an activity was asked about; undefined when it was not asked. */
export const positionsIn = (calls: readonly Call[], activity: string): readonly number[] | undefined =>
  (calls.find((call) => call.activity === activity)?.input as { positions: number[] } | undefined)?.positions;

export function payloadBytes(history: object): number {
  let bytes = 0;
  JSON.stringify(history, (_key, value: unknown) => {
    const data = (value as Partial<Payload> | null)?.data;
    if (typeof data === 'string') bytes += Buffer.from(data, 'base64').length;
    return value;
  });
  return bytes;
}
