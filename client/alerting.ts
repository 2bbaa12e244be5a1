/** The part of the client that is about who is told next, and what is held back: escalation chains, snoozes. */
import type { Chain, ChainBody, ChainPage } from '../api/shapes/chains.ts';
import type { Snooze, SnoozeBody, SnoozePage, SnoozePreview } from '../api/shapes/snoozes.ts';
import type { Calls, Page } from './calls.ts';

export interface SnoozeQuery extends Page {
  readonly userId?: string;
  /** Left out: those that hold now. */
  readonly state?: 'active' | 'ended';
}

export interface AlertingClient {
  putChain(chainId: string, chain: ChainBody): Promise<Chain>;
  deleteChain(chainId: string): Promise<void>;
  /** `default` is the one for users and policies that name none. */
  chain(chainId: string): Promise<Chain>;
  chains(page?: Page): Promise<ChainPage>;

  snooze(snooze: SnoozeBody): Promise<Snooze>;
  /** What it would silence; makes none. */
  previewSnooze(snooze: SnoozeBody): Promise<SnoozePreview>;
  endSnooze(snoozeId: string): Promise<void>;
  snoozes(query?: SnoozeQuery): Promise<SnoozePage>;
}

const of = encodeURIComponent;

export const alertingClient = ({ get, put, post, remove }: Calls): AlertingClient => ({
  putChain: (chainId, chain) => put(`/v1/chains/${of(chainId)}`, chain),
  deleteChain: (chainId) => remove(`/v1/chains/${of(chainId)}`),
  chain: (chainId) => get(`/v1/chains/${of(chainId)}`),
  chains: (page) => get('/v1/chains', page),

  snooze: (snooze) => post('/v1/snoozes', snooze),
  previewSnooze: (snooze) => post('/v1/snoozes/preview', snooze),
  endSnooze: (snoozeId) => remove(`/v1/snoozes/${of(snoozeId)}`),
  snoozes: (query) => get('/v1/snoozes', query),
});
