/**
 * Every domain failure of Watchpost, in one frozen table. The code alone decides whether trying again can help, which
 * HTTP status a caller sees and what an operator should do; nothing else in the product may decide that.
 *
 * kind `request`    the caller asked for something we do not do; answered over HTTP, never queued
 *      `refused`    the frame itself is no good; the frame ends in `rejected(code)`
 *      `data`       this frame breaks a stage; the frame ends in `failed(stage, code)`, its bytes are kept
 *      `dependency` something we lean on is away; retried without limit and costs the frame no attempt
 *      `delivery`   a provider said no for good; stands on the delivery, never on the frame
 *      `setting`    we refuse to start, because what we were told to run with cannot be right
 */
export type FailureKind = 'request' | 'refused' | 'data' | 'dependency' | 'delivery' | 'setting';

interface FailureRow {
  readonly kind: FailureKind;
  readonly retryable: boolean;
  /** What an HTTP caller sees when this failure ends a request. */
  readonly httpStatus: number;
  /** What an operator should do about it, one sentence. */
  readonly operator: string;
}

const request = (httpStatus: number, operator: string, retryable = false): FailureRow => ({ kind: 'request', retryable, httpStatus, operator });
const refused = (operator: string): FailureRow => ({ kind: 'refused', retryable: false, httpStatus: 422, operator });
const data = (operator: string): FailureRow => ({ kind: 'data', retryable: false, httpStatus: 500, operator });
const dependency = (operator: string): FailureRow => ({ kind: 'dependency', retryable: true, httpStatus: 503, operator });
const delivery = (operator: string): FailureRow => ({ kind: 'delivery', retryable: false, httpStatus: 502, operator });
const setting = (operator: string): FailureRow => ({ kind: 'setting', retryable: false, httpStatus: 500, operator });

export const FAILURES = {
  request_malformed: request(400, 'The caller must mend the request; the detail names the field.'),
  id_unsafe: request(400, 'Choose an id of letters, digits and . _ : @ - that starts with a letter or digit.'),
  captured_at_malformed: request(400, 'Send captured_at as RFC 3339 with a zone, such as 2026-03-01T02:14:00Z.'),
  multipart_malformed: request(400, 'The body is no whole multipart/form-data with a manifest and its pictures; the detail says what is wrong. Nothing of it was accepted.'),
  digest_mismatch: request(400, 'The body was damaged on its way or the Content-Digest is of other bytes: send it again.'),
  unauthenticated: request(401, 'Send a valid key as a bearer token; keys are shown once, at creation.'),
  forbidden: request(403, 'The key is valid but its role or user may not do this.'),
  signature_invalid: request(403, 'The signature of a provider\'s callback does not fit: TWILIO_AUTH_TOKEN must be that of the account, and WATCHPOST_PUBLIC_URL the address that the provider calls.'),
  link_invalid: request(403, 'The link was altered or cut short on its way, or the signing secret has changed: the incident is in the list.'),
  device_disabled: request(403, 'The device is switched off: enable it, or stop the camera service from sending.'),
  user_disabled: request(403, 'The user is switched off: enable the user, or stop the camera service from sending.'),
  route_unknown: request(404, 'No such path; /openapi.json lists what there is.'),
  device_unknown: request(404, 'Register the device before it sends frames.'),
  user_unknown: request(404, 'Register the user first.'),
  contact_unknown: request(404, 'Register the contact first.'),
  rule_unknown: request(404, 'Put the rule before it is assigned or read.'),
  rule_set_unknown: request(404, 'No frame was ever judged by a rule set of that id; the answer about a frame names its own.'),
  policy_unknown: request(404, 'Put the policy before it is assigned or read.'),
  group_unknown: request(404, 'Put the group before it gets members, rules or policies.'),
  model_unknown: request(404, 'Register the model first; GET /v1/models lists those there are.'),
  key_unknown: request(404, 'No key of that id; GET /v1/keys lists those there are.'),
  frame_unknown: request(404, 'No frame of that id was ever accepted here, or its retention has passed.'),
  incident_unknown: request(404, 'No incident of that id, or it belongs to another user.'),
  notice_unknown: request(404, 'No equipment notice of that id, or it belongs to another user.'),
  chain_unknown: request(404, 'Put the escalation chain before a user or a policy names it.'),
  snooze_unknown: request(404, 'No snooze of that id, or it belongs to another user.'),
  delivery_unknown: request(404, 'No message of that key; GET /v1/incidents/{id} lists those of an incident.'),
  detections_unknown: request(404, 'The frame was not looked at by a detector, or not yet: ask again once it is settled, or for the picture without boxes.'),
  image_gone: request(404, 'The picture is no longer kept and the frame cannot be replayed; its ledger row remains. Ages and budget are settings.'),
  image_private: request(404, 'Nothing is painted over in it, and its device has privacy areas: one on its way comes with validate, one from before the areas with a replay, a refused one never.'),
  model_version_taken: request(409, 'This version of the model is registered with other contents: give the new one a version of its own.'),
  still_in_use: request(409, 'Take away or wait out what the detail names, then delete again.'),
  delivery_under_way: request(409, 'The message is still on its way, or was taken by its provider: only a dead letter is sent again by hand.'),
  link_expired: request(410, 'Links in messages end after some days (a setting): the incident is in the list.'),
  body_too_large: request(413, 'The body is over the limit of bytes: lower the camera resolution or raise the setting.'),
  media_type_unsupported: request(415, 'Send a frame as image/jpeg, image/png or image/webp, several as multipart/form-data, and all else as application/json; a rule may come as text/plain or application/yaml too.'),
  body_empty: request(422, 'The camera service sent no bytes.'),
  captured_at_too_early: request(422, 'The capture time is further back than we accept: check the clock of the camera, or raise the setting.'),
  captured_at_too_late: request(422, 'The capture time lies in the future: check the clock of the camera.'),
  moment_crowded: request(422, 'A device sent more frames for one moment than a second has room for: check its clock.'),
  idempotency_key_reused: request(422, 'The camera service sent another frame under an idempotency key that it had used: each frame needs a key of its own, the same for all its tries.'),
  time_zone_unknown: request(422, 'Give an IANA time zone name such as Europe/Berlin.'),
  model_invalid: request(422, 'The weights are none that this head can read; the detail says what was tried on them.'),
  rule_malformed: request(422, 'The rule text does not parse; the detail names line, column and the mend.'),
  zone_malformed: request(422, 'The zones cannot be drawn like this; the detail names the zone and the mend.'),
  chain_malformed: request(422, 'The escalation chain cannot be saved like this; the detail names the level and the mend.'),
  channel_unsupported: request(422, 'No adapter for this channel is installed.'),
  address_malformed: request(422, 'The address is none that its channel can reach; the detail says what one looks like.'),
  quota_exceeded: request(429, 'One user has too many frames waiting: raise the quota or find out why frames wait.', true),
  contact_tested_often: request(429, 'Every test is a real message, which costs money and rings a telephone: look at what the last ones answered, and wait as long as Retry-After says.', true),
  collector_full: request(503, 'The frame store or the backlog is full: add workers or space; clients retry by themselves.', true),
  outcome_unknown: request(503, 'The connection to the database was lost at commit; the client sends again and duplicates are recognised.', true),
  shutting_down: request(503, 'This process is stopping; the client sends again and another process answers.', true),
  internal: request(500, 'A defect of ours: the log line with this request id has the stack.'),

  frame_of_disabled_device: refused('The device or its user was switched off after the frame was accepted.'),
  format_unsupported: refused('The bytes are a picture of a kind that we do not take, or no picture at all: check what the camera sends.'),
  image_corrupt: refused('The picture cannot be decoded: check the camera and the line.'),
  image_truncated: refused('The picture was cut short on its way: check the line.'),
  image_too_large: refused('More pixels than the limit: lower the camera resolution or raise the setting.'),
  image_too_small: refused('Fewer pixels than a detector can use: check the camera settings.'),
  aspect_extreme: refused('A shape that no camera has: check what the camera sends.'),
  image_void: refused('Black, white or flat all over: the lens may be covered or the sensor dead.'),
  image_frozen: refused('The same picture for far longer than this device usually shows one: restart the camera, or the recorder that repeats it.'),
  decode_timeout: refused('The picture takes too long to decode: it may be built to do harm.'),

  bytes_missing: data('The frame store lost the bytes of an accepted frame: check the disk, then replay.'),
  checksum_mismatch: data('Stored bytes differ from what was accepted: check the disk, then replay.'),
  tag_mismatch: data('The tag does not fit the owner or zone of the device any more: check who changed the device.'),
  model_unavailable: data('The model that the device names cannot be loaded by this worker: register it again or name another one, then replay.'),
  detector_output_invalid: data('The model answered nonsense for this frame: keep it for a bug report, then replay with another model.'),
  worker_died: data('This frame killed or hung its worker twice: look at its bytes before replaying.'),
  stage_defect: data('A stage threw what it should not: a defect of ours, the log has the stack; replay once it is mended.'),

  database_unavailable: dependency('Postgres does not answer: bring it back, everything goes on by itself.'),
  lane_conflict: dependency('Two batches touched one device at once: nothing to do, the stage looks again by itself.'),
  frame_store_unavailable: dependency('The frame store cannot be read or written: check disk space and rights.'),
  temporal_unavailable: dependency('Temporal does not answer: bring it back, everything goes on by itself.'),
  detector_unavailable: dependency('No detector can be loaded here: run `watchpost doctor`.'),
  picture_reader_unavailable: dependency('The thread that decodes pictures cannot be started: the log says why; memory may be short.'),
  provider_unavailable: dependency('A message provider does not answer: messages wait and go out when it is back.'),

  recipient_refused: delivery('The provider refuses this address: correct the contact.'),
  message_refused: delivery('The provider refuses the message itself: look at its answer.'),
  provider_auth_failed: delivery('The provider refuses our credentials: correct the settings, then replay the delivery.'),
  picture_unavailable: delivery('The picture of the alert is gone: the message goes out without it.'),
  address_forbidden: delivery('The webhook leads into a private network: allow that network in the settings if it is meant, or correct the contact.'),
  endpoint_gone: delivery('The endpoint answered 410 Gone: the contact was switched off. Enable it again when the endpoint is back.'),
  channel_not_configured: delivery('No provider is set for this channel: set its credentials, then send the dead letters again.'),
  given_up: delivery('All tries that the channel allows have failed: when the provider is back, send the dead letter again if it still matters.'),

  setting_invalid: setting('A setting is unknown or has an impossible value; the message names it.'),
  database_unsafe: setting('The database runs with fsync or synchronous_commit off, so an accepted frame could be lost: turn both on.'),
  schema_behind: setting('The database lacks migrations: run `watchpost migrate`.'),
  asset_missing: setting('A needed file could not be had: run `watchpost doctor`.'),
} as const satisfies Record<string, FailureRow>;

export type FailureCode = keyof typeof FAILURES;

export const isFailureCode = (text: string): text is FailureCode => Object.hasOwn(FAILURES, text);

/** What a frame can be rejected for. */
export const REFUSAL_CODES = (Object.keys(FAILURES) as FailureCode[]).filter((code) => FAILURES[code].kind === 'refused');

/** A domain failure on its way. `detail` is for people and must never hold a secret: it reaches logs, histories and callers. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly detail: string;

  constructor(code: FailureCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'Failure';
    this.code = code;
    this.detail = detail;
  }
}

/** The failure in a chain of causes, if any. Ten links bound it, because a chain may be a circle. */
export function failureIn(error: unknown): Failure | undefined {
  for (let link = error, depth = 0; link instanceof Error && depth < 10; link = link.cause, depth += 1) {
    if (link instanceof Failure) return link;
  }
  return undefined;
}
