/** A real thread that does what a request asks for, good or bad. */
import { Failure } from '../../../contracts/failures.ts';
import { serveThread } from '../../../adapters/threads/serve-thread.ts';

export type FaultRequest =
  | { readonly want: 'echo'; readonly bytes: Uint8Array }
  | { readonly want: 'failure' | 'error' | 'uncaught' | 'exit' | 'hang' | 'never' };

await serveThread<{ readonly refuses?: boolean }, FaultRequest, number>({ load: obey, defect: 'detector_output_invalid' });

async function obey({ refuses }: { readonly refuses?: boolean }): Promise<(request: FaultRequest) => number | Promise<number>> {
  if (refuses) throw new Error('no such model');
  return (request) => {
    if (request.want === 'echo') return request.bytes.length;
    if (request.want === 'failure') throw new Failure('detector_output_invalid', 'as asked');
    if (request.want === 'error') throw new TypeError('as asked');
    if (request.want === 'exit') process.exit(3);
    if (request.want === 'never') return new Promise<number>(() => {});
    if (request.want === 'hang') for (;;);
    return new Promise<number>(() => {
      setImmediate(() => {
        throw new Error('from nowhere');
      });
    });
  };
}
