/** What the HTTP API stands on. Handed in, so that a test can put a real database and a disk of its own under it. */
import type { Logger } from 'pino';
import type { Channel } from '../activities/ports/channel.ts';
import type { FrameStore } from '../activities/ports/frame-store.ts';
import type { PictureAnnotator } from '../activities/ports/picture-annotator.ts';
import type { Links } from '../adapters/links/signed-links.ts';
import type { Pool } from '../adapters/postgres/pool.ts';
import type { ReplaySelection, Replayed } from '../adapters/postgres/replay.ts';
import type { Settings } from '../config/settings.ts';
import type { Channel as ChannelName } from '../contracts/delivery.ts';
import type { Failure } from '../contracts/failures.ts';
import type { AcceptedFrame, NewFrame } from '../contracts/frame.ts';
import type { ModelDescription } from '../contracts/model.ts';
import type { DescribeIncident } from '../workers/describe-incident.ts';
import type { RefusalMemory } from './refused-uploads.ts';
import type { InboxReader } from './routes/inbox.ts';
import type { TwilioAccount } from './routes/twilio-callbacks.ts';

export type ApiSettings = Pick<Settings,
  | 'home' | 'maxModelBytes' | 'publicUrl' | 'maxBodyBytes' | 'maxParcelBytes' | 'maxReceivingBytes' | 'capturedAheadSeconds' | 'capturedBackDays' | 'userWaitingFrames' | 'backlogFrames'
  | 'frameStoreBytes' | 'canarySeconds'>;

export interface ApiDeps {
  readonly settings: ApiSettings;
  readonly pool: Pool;
  /** Opened with limits: acceptance is what they are for. */
  readonly frameStore: FrameStore;
  acceptFrames(frames: readonly NewFrame[]): Promise<(AcceptedFrame | Failure)[]>;
  replayFrames(selection: ReplaySelection): Promise<Replayed>;
  /** Only ever given standardised pictures: foreign bytes are decoded by processes that may crash. */
  readonly annotator: PictureAnnotator;
  /** Whose labels rules are held against while no detect worker has reported. */
  readonly defaultModel: Pick<ModelDescription, 'name' | 'labels'>;
  /** Opens the links in messages. */
  readonly links: Pick<Links, 'read'>;
  readonly describeIncident: DescribeIncident;
  /** What people are told by, opened when first asked for: this process sends test messages only. */
  channels(): Promise<Readonly<Partial<Record<ChannelName, Channel>>>>;
  /** What the webhooks of a contact are signed with. */
  webhookSecretOf(contactId: string): string;
  /** The embedded inbox, where there is one. */
  readonly inbox?: InboxReader;
  /** Whose callbacks are taken; without an account there are none. */
  readonly twilio?: TwilioAccount;
  /** Remembers whose uploads were refused, where somebody asks for it later. */
  readonly refusals?: Pick<RefusalMemory, 'note'>;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  now(): number;
}
