/** Prism in this process: answers as a provider's own description of its API says, and refuses what that does not allow. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { getHttpOperationsFromSpec } from '@stoplight/prism-cli/dist/operations.js';
import { createLogger } from '@stoplight/prism-core';
import { createServer } from '@stoplight/prism-http-server';
import { assetFolders } from '../../../scripts/provision/places.mjs';

export interface Spec {
  readonly path: string;
  /** Why there is nothing to be Prism with; undefined when there is. */
  readonly missing: string | undefined;
}

/** A provider's description by the name of its file, read where it lies: none of them is part of the product. */
export function specOf(name: string): Spec {
  const places = assetFolders().map(({ dir }) => join(dir, 'specs', name));
  const path = places.find((place) => existsSync(place));
  return { path: path ?? '', missing: path === undefined ? `its description is in none of ${places.join(', ')}` : undefined };
}

export interface Prism {
  readonly url: string;
  stop(): Promise<void>;
}

export async function startPrism(specPath: string): Promise<Prism> {
  const server = createServer(await getHttpOperationsFromSpec(specPath), {
    components: { logger: createLogger('prism', { enabled: false }) },
    cors: false,
    config: {
      mock: { dynamic: false }, validateRequest: true, validateResponse: true, checkSecurity: true, errors: false, isProxy: false, upstreamProxy: undefined,
    },
  });
  return { url: await server.listen(0, '127.0.0.1'), stop: () => server.close() };
}
