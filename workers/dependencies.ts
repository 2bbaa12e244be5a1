/** What the stages of one process share, opened when first asked for and closed in reverse order. */
import { NativeConnection } from '@temporalio/worker';
import type { FrameStore } from '../activities/ports/frame-store.ts';
import { openDiskFrameStore } from '../adapters/frame-store/disk.ts';
import { openPictureReader } from '../adapters/images/picture-reader.ts';
import type { PictureReader } from '../adapters/images/picture-reader.ts';
import { refuseOldSchema } from '../adapters/postgres/migrate.ts';
import { createPool, refuseUnsafeDatabase } from '../adapters/postgres/pool.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import { openRuleSets } from '../adapters/postgres/rule-set-cache.ts';
import type { RuleSets } from '../adapters/postgres/rule-set-cache.ts';
import { connectClient, patiently } from '../adapters/temporal/connection.ts';
import type { TemporalClient } from '../adapters/temporal/connection.ts';
import { limitsByClass } from '../config/device-class-settings.ts';
import type { Settings } from '../config/settings.ts';
import { Failure } from '../contracts/failures.ts';
import type { OpenDetector } from './detector.ts';
import type { Log } from './log.ts';

export interface Dependencies {
  readonly settings: Settings;
  readonly log: Log;
  readonly databaseUrl: string;
  /** In place of the detector that the settings name. */
  readonly openDetector?: OpenDetector | undefined;
  /** One for all stages of this process. */
  pictures(): Promise<PictureReader>;
  pool(): Promise<Pool>;
  /** One for all that evaluates in this process, with one listener. */
  ruleSets(): Promise<RuleSets>;
  frameStore(): Promise<FrameStore>;
  temporal(): Promise<TemporalClient>;
  native(): Promise<NativeConnection>;
  /** To be called when everything that uses them has stopped. */
  onClose(close: () => Promise<void>): void;
  close(): Promise<void>;
}

export interface DependencyOptions {
  /** What shows in the database's list of connections. */
  readonly process: string;
  readonly connections: number;
  readonly openDetector?: OpenDetector | undefined;
  /** This process both standardises frames and looks at them. */
  readonly keepsPictures?: boolean;
}

export function openDependencies(settings: Settings, log: Log, options: DependencyOptions): Dependencies {
  const databaseUrl = required(settings.databaseUrl?.reveal(), 'DATABASE_URL');
  const address = required(settings.temporalAddress, 'TEMPORAL_ADDRESS');
  const closing: (() => Promise<void>)[] = [];
  const onClose = (close: () => Promise<void>): void => { closing.unshift(close); };
  const pool = once(async () => {
    const opened = createPool(databaseUrl, { connections: options.connections, applicationName: `watchpost ${options.process}` });
    onClose(() => opened.end());
    await refuseUnsafeDatabase(opened);
    await refuseOldSchema(opened);
    return opened;
  });

  return {
    settings, log, databaseUrl, onClose, openDetector: options.openDetector,
    pictures: once(async () => {
      const reader = await openPictureReader({ keeps: options.keepsPictures ?? false, limits: limitsByClass(settings) });
      onClose(() => reader.close());
      return reader;
    }),
    pool,
    ruleSets: once(async () => {
      const { ruleSets, close } = openRuleSets(await pool(), databaseUrl);
      onClose(close);
      return ruleSets;
    }),
    frameStore: once(() => openDiskFrameStore({ home: settings.home })),
    temporal: once(async () => {
      const temporal = await connectClient({ address, namespace: settings.temporalNamespace });
      onClose(() => temporal.close());
      return temporal;
    }),
    native: once(async () => {
      const connection = await patiently(() => NativeConnection.connect({ address }), address);
      onClose(() => connection.close());
      return connection;
    }),
    async close() {
      for (const close of closing) await close();
    },
  };
}

function required(value: string | undefined, variable: string): string {
  if (value) return value;
  throw new Failure('setting_invalid', `${variable} is needed by a process that is started alone; \`watchpost start\` brings servers of its own`);
}

function once<T>(open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | undefined;
  return () => (opened ??= open());
}
