/**
 * Typed client of the Watchpost API.
 *
 *     const client = createClient({ baseUrl: 'https://watchpost.example.org', key: process.env.KEY });
 *     const { frameId } = await client.pushFrame({ deviceId: 'door', capturedAt: new Date().toISOString(), bytes, mediaType: 'image/jpeg' });
 *
 * `pushFrame` and `pushFrames` try until frames are accepted; every other call asks once. All throw `Refused` or `Unreachable`.
 */
import type { Assignments, AssignmentBody, Contact, ContactBody, Device, DeviceBody, KeyBody, NewKey, User, UserBody } from '../api/shapes/accounts.ts';
import type { EquipmentNoticePage } from '../api/shapes/equipment-notices.ts';
import type { FailedPage, FramePage, FrameStatus, Receipt } from '../api/shapes/frames.ts';
import type { Incident, IncidentPage } from '../api/shapes/incidents.ts';
import type { InvalidFrameCounts, InvalidFramePage } from '../api/shapes/invalid-frames.ts';
import type { Model, ModelBody, Weights } from '../api/shapes/models.ts';
import type { AccountingReport, PlantStatus, ReplayBody, Replayed } from '../api/shapes/plant.ts';
import type { Rule, RuleCheck, SavedRule } from '../api/shapes/rules.ts';
import type { NoticeState } from '../contracts/equipment-notice.ts';
import type { FailureCode } from '../contracts/failures.ts';
import type { IncidentState } from '../contracts/incident.ts';
import type { FrameState } from '../contracts/terminal-states.ts';
import { createConnection } from './connection.ts';
import { pushFrame } from './push-frame.ts';
import type { FrameToPush, PushOptions } from './push-frame.ts';
import { pushFrames } from './push-frames.ts';
import type { PushedFrame } from './push-frames.ts';

export type { FrameToPush, PushOptions, Retry } from './push-frame.ts';
export type { PushedFrame } from './push-frames.ts';
export { Refused, Unreachable } from './errors.ts';

interface Page {
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

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

export interface IncidentQuery extends Page {
  readonly deviceId?: string;
  readonly userId?: string;
  readonly state?: IncidentState;
}

export interface EquipmentNoticeQuery extends Omit<IncidentQuery, 'state'> {
  readonly state?: NoticeState;
}

export interface Client {
  pushFrame(frame: FrameToPush, options?: PushOptions): Promise<Receipt>;
  /** One answer per frame, in order: its receipt, or the `Refused` of that frame alone. */
  pushFrames(frames: readonly FrameToPush[], options?: PushOptions): Promise<PushedFrame[]>;
  frame(frameId: string): Promise<FrameStatus>;
  frames(query?: FrameQuery): Promise<FramePage>;
  /** With `boxes` what was seen is drawn into it. */
  frameImage(frameId: string, query?: { readonly boxes?: boolean; readonly minProbability?: number }): Promise<{ readonly bytes: Buffer; readonly mediaType: string }>;
  invalidFrames(query?: InvalidFrameQuery): Promise<InvalidFramePage>;
  invalidFrameCounts(query?: Omit<InvalidFrameQuery, keyof Page>): Promise<InvalidFrameCounts>;

  putUser(userId: string, user: UserBody): Promise<User>;
  deleteUser(userId: string): Promise<void>;
  putDevice(deviceId: string, device: DeviceBody): Promise<Device>;
  putContact(contactId: string, contact: ContactBody): Promise<Contact>;
  createKey(holder: KeyBody): Promise<NewKey>;
  revokeKey(keyId: string): Promise<void>;

  putRule(ruleId: string, text: string): Promise<SavedRule>;
  deleteRule(ruleId: string): Promise<void>;
  checkRule(text: string): Promise<RuleCheck>;
  rule(ruleId: string): Promise<Rule>;
  rules(page?: Page): Promise<{ readonly rules: readonly Rule[]; readonly next: string | null }>;
  assignRules(userId: string, rules: AssignmentBody['rules']): Promise<Assignments>;
  assignments(userId: string): Promise<Assignments>;

  /** The bytes of an ONNX file. */
  uploadWeights(bytes: Buffer): Promise<Weights>;
  putModel(name: string, model: ModelBody): Promise<Model>;
  deleteModel(name: string): Promise<void>;
  models(): Promise<{ readonly models: readonly Model[] }>;

  incidents(query?: IncidentQuery): Promise<IncidentPage>;
  acknowledge(incidentId: string): Promise<Incident>;
  equipmentNotices(query?: EquipmentNoticeQuery): Promise<EquipmentNoticePage>;

  accounting(query?: { readonly userId?: string; readonly from?: string; readonly to?: string }): Promise<AccountingReport>;
  failedFrames(page?: Page): Promise<FailedPage>;
  replay(selection: ReplayBody): Promise<Replayed>;
  status(): Promise<PlantStatus>;

  /** Waits for what is under way and frees the connections. */
  close(): Promise<void>;
}

export function createClient(options: { readonly baseUrl: string; readonly key: string }): Client {
  const connection = createConnection(options);
  const get = <T>(path: string, query: object = {}) => connection.json<T>({ method: 'GET', path, query: { ...query } });
  const put = <T>(path: string, json: unknown) => connection.json<T>({ method: 'PUT', path, json });
  const post = <T>(path: string, json?: unknown) => connection.json<T>({ method: 'POST', path, ...(json === undefined ? {} : { json }) });
  const remove = async (path: string) => void await connection.call({ method: 'DELETE', path });
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

    putUser: (userId, user) => put(`/v1/users/${of(userId)}`, user),
    deleteUser: (userId) => remove(`/v1/users/${of(userId)}`),
    putDevice: (deviceId, device) => put(`/v1/devices/${of(deviceId)}`, device),
    putContact: (contactId, contact) => put(`/v1/contacts/${of(contactId)}`, contact),
    createKey: (holder) => post('/v1/keys', holder),
    revokeKey: (keyId) => remove(`/v1/keys/${of(keyId)}`),

    putRule: (ruleId, text) => put(`/v1/rules/${of(ruleId)}`, { text }),
    deleteRule: (ruleId) => remove(`/v1/rules/${of(ruleId)}`),
    checkRule: (text) => post('/v1/rules/check', { text }),
    rule: (ruleId) => get(`/v1/rules/${of(ruleId)}`),
    rules: (page) => get('/v1/rules', page),
    assignRules: (userId, rules) => put(`/v1/users/${of(userId)}/rules`, { rules }),
    assignments: (userId) => get(`/v1/users/${of(userId)}/rules`),

    uploadWeights: (bytes) => connection.json({ method: 'POST', path: '/v1/models/weights', bytes, headers: { 'content-type': 'application/octet-stream' } }),
    putModel: (name, model) => put(`/v1/models/${of(name)}`, model),
    deleteModel: (name) => remove(`/v1/models/${of(name)}`),
    models: () => get('/v1/models'),

    incidents: (query) => get('/v1/incidents', query),
    acknowledge: (incidentId) => post(`/v1/incidents/${of(incidentId)}/ack`),
    equipmentNotices: (query) => get('/v1/equipment-notices', query),

    accounting: (query) => get('/v1/ops/accounting', query),
    failedFrames: (page) => get('/v1/ops/failed', page),
    replay: (selection) => post('/v1/ops/replay', selection),
    status: () => get('/v1/ops/status'),

    close: () => connection.close(),
  };
}
