/**
 * Typed client of the Watchpost API.
 *
 *     const client = createClient({ baseUrl: 'https://watchpost.example.org', key: process.env.KEY });
 *     const { frameId } = await client.pushFrame({ deviceId: 'door', capturedAt: new Date().toISOString(), bytes, mediaType: 'image/jpeg' });
 *
 * `pushFrame` and `pushFrames` try until frames are accepted; every other call asks once. All throw `Refused` or `Unreachable`.
 */
import type { EquipmentNotice, EquipmentNoticePage } from '../api/shapes/equipment-notices.ts';
import type { FailedPage, FramePage, FrameStatus, Receipt } from '../api/shapes/frames.ts';
import type { InvalidFrameCounts, InvalidFramePage } from '../api/shapes/invalid-frames.ts';
import type { Model, ModelBody, Weights } from '../api/shapes/models.ts';
import type { AccountingReport, PlantStatus, ReplayBody, Replayed } from '../api/shapes/plant.ts';
import type { NoticeState } from '../contracts/equipment-notice.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { FrameState } from '../contracts/terminal-states.ts';
import { accountsClient } from './accounts.ts';
import type { AccountsClient } from './accounts.ts';
import { alertingClient } from './alerting.ts';
import type { AlertingClient } from './alerting.ts';
import { callsOf } from './calls.ts';
import type { Page } from './calls.ts';
import { createConnection } from './connection.ts';
import { incidentsClient } from './incidents.ts';
import type { IncidentQuery, IncidentsClient } from './incidents.ts';
import { pushFrame } from './push-frame.ts';
import type { FrameToPush, PushOptions } from './push-frame.ts';
import { pushFrames } from './push-frames.ts';
import type { PushedFrame } from './push-frames.ts';
import { rulesClient } from './rules.ts';
import type { RulesClient } from './rules.ts';

export type { FrameToPush, PushOptions, Retry } from './push-frame.ts';
export type { PushedFrame } from './push-frames.ts';
export type { ContactQuery } from './accounts.ts';
export type { SnoozeQuery } from './alerting.ts';
export type { IncidentQuery, MessageQuery } from './incidents.ts';
export type { ChangeQuery } from './rules.ts';
export { Refused, Unreachable } from './errors.ts';

export interface FrameQuery extends Page {
  readonly deviceId?: string;
  readonly userId?: string;
  readonly state?: FrameState;
  readonly from?: string;
  readonly to?: string;
}

/** `from` and `to`: when it was refused. */
export interface InvalidFrameQuery extends Omit<FrameQuery, 'state'> {
  readonly reason?: FailureCode;
}

export interface EquipmentNoticeQuery extends Omit<IncidentQuery, 'state'> {
  readonly state?: NoticeState;
}

export interface Client extends AccountsClient, AlertingClient, RulesClient, IncidentsClient {
  pushFrame(frame: FrameToPush, options?: PushOptions): Promise<Receipt>;
  /** One answer per frame, in order: its receipt, or the `Refused` of that frame alone. */
  pushFrames(frames: readonly FrameToPush[], options?: PushOptions): Promise<PushedFrame[]>;
  frame(frameId: string): Promise<FrameStatus>;
  frames(query?: FrameQuery): Promise<FramePage>;
  /** With `boxes` what was seen is drawn into it. */
  frameImage(frameId: string, query?: { readonly boxes?: boolean; readonly minProbability?: number }): Promise<{ readonly bytes: Buffer; readonly mediaType: string }>;
  invalidFrames(query?: InvalidFrameQuery): Promise<InvalidFramePage>;
  invalidFrameCounts(query?: Omit<InvalidFrameQuery, keyof Page>): Promise<InvalidFrameCounts>;

  /** The bytes of an ONNX file. */
  uploadWeights(bytes: Buffer): Promise<Weights>;
  putModel(name: string, model: ModelBody): Promise<Model>;
  deleteModel(name: string): Promise<void>;
  models(): Promise<{ readonly models: readonly Model[] }>;

  equipmentNotices(query?: EquipmentNoticeQuery): Promise<EquipmentNoticePage>;
  acknowledgeNotice(noticeId: string): Promise<EquipmentNotice>;

  accounting(query?: { readonly userId?: string; readonly from?: string; readonly to?: string }): Promise<AccountingReport>;
  failedFrames(page?: Page): Promise<FailedPage>;
  replay(selection: ReplayBody): Promise<Replayed>;
  status(): Promise<PlantStatus>;

  /** Waits for what is under way and frees the connections. */
  close(): Promise<void>;
}

export function createClient(options: { readonly baseUrl: string; readonly key: string }): Client {
  const connection = createConnection(options);
  const calls = callsOf(connection);
  const { get, put, post, remove } = calls;
  const of = encodeURIComponent;

  return {
    pushFrame: (frame, pushing) => pushFrame(connection, frame, pushing),
    pushFrames: (frames, pushing) => pushFrames(connection, frames, pushing),
    frame: (frameId) => get(`/v1/frames/${of(frameId)}`),
    frames: (query) => get('/v1/frames', query),
    frameImage: (frameId, { boxes, minProbability } = {}) => connection.call({
      method: 'GET', path: `/v1/frames/${of(frameId)}/image`, query: { boxes: boxes === undefined ? undefined : String(boxes), minProbability },
    }),
    invalidFrames: (query) => get('/v1/invalid-frames', query),
    invalidFrameCounts: (query) => get('/v1/invalid-frames/counts', query),

    ...accountsClient(calls),
    ...alertingClient(calls),
    ...rulesClient(calls),

    uploadWeights: (bytes) => connection.json({ method: 'POST', path: '/v1/models/weights', bytes, headers: { 'content-type': 'application/octet-stream' } }),
    putModel: (name, model) => put(`/v1/models/${of(name)}`, model),
    deleteModel: (name) => remove(`/v1/models/${of(name)}`),
    models: () => get('/v1/models'),

    ...incidentsClient(calls),
    equipmentNotices: (query) => get('/v1/equipment-notices', query),
    acknowledgeNotice: (noticeId) => post(`/v1/equipment-notices/${of(noticeId)}/ack`),

    accounting: (query) => get('/v1/ops/accounting', query),
    failedFrames: (page) => get('/v1/ops/failed', page),
    replay: (selection) => post('/v1/ops/replay', selection),
    status: () => get('/v1/ops/status'),

    close: () => connection.close(),
  };
}
