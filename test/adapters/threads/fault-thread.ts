/** A real thread that does what a request asks for, good or bad. */
import { Failure } from '../../../contracts/failures.ts';
import { serveThread } from '../../../adapters/threads/serve-thread.ts';

export type FaultRequest =
  | { readonly want: 'echo'; readonly bytes: Uint8Array }
  | { readonly want: 'failure' | 'error' | 'uncaught' | 'exit' | 'hang' | 'later' };

await serveThread<{ readonly refuses?: boolean }, FaultRequest, number>({ load: obey, defect: 'detector_output_invalid' });

async function obey({ refuses }: { readonly refuses?: boolean }): Promise<(request: FaultRequest) => number | Promise<number>> {
  if (refuses) throw new Error('no such model');
  return (request) => {
    if (request.want === 'echo') return request.bytes.length;
    if (request.want === 'failure') throw new Failure('detector_output_invalid', 'as asked');
    if (request.want === 'error') throw new TypeError('as asked');
    if (request.want === 'exit') process.exit(3);
    // By then the next requests have arrived.
    if (request.want === 'later') return new Promise<number>((resolve) => { setTimeout(() => resolve(2), 50); });
    if (request.want === 'hang') for (;;);
    return new Promise<number>(() => {
      setImmediate(() => {
        throw new Error('from nowhere');
      });
    });
  };
}
