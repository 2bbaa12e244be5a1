/** Starts and stops the HTTP API. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createApp } from './app.ts';
import type { ApiDeps } from './deps.ts';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** Take the next free port when this one is taken, instead of failing. */
  readonly stepOver: boolean;
}

export interface RunningApi {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly app: FastifyInstance;
  /** Takes nothing new and resolves when what runs has been answered. */
  close(): Promise<void>;
}

/** As many as a machine with several checkouts needs; whoever has more taken in a row has another problem. */
const MAX_STEPS = 50;
/** An upload over a slow line may need this long to end; what takes longer is cut off and sent again by its client. */
const CLOSE_GRACE_MS = 20_000;

export async function startApi(listen: ListenOptions, deps: ApiDeps): Promise<RunningApi> {
  const app = await createApp(deps);
  await listenOn(app, listen);
  const { port, address, family } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    app,
    close: () => closing ??= closeGently(app),
  };
}

async function listenOn(app: FastifyInstance, { host, port, stepOver }: ListenOptions): Promise<void> {
  for (let step = 0; ; step += 1) {
    try {
      await app.listen({ host, port: port === 0 ? 0 : port + step });
      return;
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (!taken || !stepOver || step >= MAX_STEPS) throw error;
    }
  }
}

async function closeGently(app: FastifyInstance): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
  await app.close().finally(() => clearTimeout(cutOff));
}
