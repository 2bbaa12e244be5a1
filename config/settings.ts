/**
 * Every setting of Watchpost, in one table; the parts of the frame store, of detectors, of the device classes, of equipment notices, of alerts and of channels stand beside it. `load.ts` reads it,
 * `docs/settings.md` is made from it.
 */
import { ALERT_SETTINGS } from './alert-settings.ts';
import { CHANNEL_SETTINGS } from './channel-settings.ts';
import { DETECTOR_SETTINGS } from './detector-settings.ts';
import { DEVICE_CLASS_SETTINGS } from './device-class-settings.ts';
import { EQUIPMENT_SETTINGS } from './equipment-settings.ts';
import { FRAME_STORE_SETTINGS } from './frame-store-settings.ts';
import { choice, folder, line, optionalAddress, optionalPath, optionalSecretUrl, optionalWebAddress, wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';
import { PLACEMENTS } from '../contracts/stages.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export const SETTINGS = {
  databaseUrl: optionalSecretUrl({
    variable: 'DATABASE_URL',
    schemes: ['postgresql', 'postgres'],
    meaning: 'The warehouse; without it an embedded PostgreSQL is started and kept in the home.',
    reason: 'Tested with PostgreSQL 18. One with `fsync` or `synchronous_commit` off is refused, because it could forget frames that were accepted.',
  }),
  temporalAddress: optionalAddress({
    variable: 'TEMPORAL_ADDRESS',
    meaning: 'The Temporal server; without it an embedded one is started and kept in the home.',
    reason: 'Any server or cluster that speaks the Temporal API.',
  }),
  temporalNamespace: line({
    variable: 'TEMPORAL_NAMESPACE',
    defaultValue: 'default',
    meaning: 'The Temporal namespace that all workflows run in.',
    reason: 'The name that a new server has.',
  }),
  temporalCliPath: optionalPath({
    variable: 'TEMPORAL_CLI_PATH',
    meaning: 'The `temporal` executable for the embedded server; without it PATH and the cache are searched.',
    reason: 'For machines where it lies in a place of its own.',
  }),
  ffmpegPath: optionalPath({
    variable: 'FFMPEG_PATH',
    meaning: 'The `ffmpeg` executable that takes frames out of clips; without it PATH and the cache are searched.',
    reason: 'For machines where it lies in a place of its own.',
  }),

  home: folder({
    variable: 'WATCHPOST_HOME',
    defaultValue: '.watchpost',
    meaning: 'Where the frame store, the embedded servers and the admin key are kept.',
    reason: 'One folder to back up; relative to where the process was started.',
  }),
  assetsDir: optionalPath({
    variable: 'WATCHPOST_ASSETS_DIR',
    meaning: 'A folder with model weights and footage, searched before all other places.',
    reason: 'For machines that cannot download them.',
  }),
  cacheDir: optionalPath({
    variable: 'WATCHPOST_CACHE_DIR',
    meaning: 'Where downloaded assets and tools are kept; without it `$XDG_CACHE_HOME/watchpost` or `~/.cache/watchpost`.',
    reason: 'Shared by all checkouts of one person.',
  }),
  logLevel: choice({
    variable: 'WATCHPOST_LOG_LEVEL',
    choices: LOG_LEVELS,
    defaultValue: 'info',
    meaning: 'The least serious log line that is written.',
    reason: 'At `info` a frame costs one line at acceptance and one at its end.',
  }),

  host: line({
    variable: 'WATCHPOST_HOST',
    defaultValue: '127.0.0.1',
    meaning: 'The address that the HTTP API listens on.',
    reason: 'The API speaks plain HTTP and keys would travel in the clear: other machines come through a proxy with TLS.',
  }),
  port: wholeNumber({
    variable: 'WATCHPOST_PORT',
    min: 0,
    max: 65_535,
    defaultValue: 8080,
    meaning: 'The port that the HTTP API listens on; 0 takes any free one.',
    reason: 'Above 1024, so that no rights are needed.',
  }),
  publicUrl: optionalWebAddress({
    variable: 'WATCHPOST_PUBLIC_URL',
    meaning: 'How people and camera services reach the API from outside; stands in links.',
    reason: 'A process behind a proxy cannot know it. Without it messages carry no links, other than those in the embedded inbox, and links in answers are paths without a host.',
  }),
  maxBodyBytes: wholeNumber({
    variable: 'WATCHPOST_MAX_BODY_BYTES',
    min: 1_024,
    max: 256 * 1024 * 1024,
    defaultValue: 20 * 1024 * 1024,
    meaning: 'The largest frame in bytes; a larger body is answered 413.',
    reason: 'A JPEG of 50 megapixels at high quality stays below. A body is held in memory while it is received, hence the upper bound.',
  }),
  maxReceivingBytes: wholeNumber({
    variable: 'WATCHPOST_MAX_RECEIVING_BYTES',
    min: 1_024,
    max: 16 * 1024 * 1024 * 1024,
    defaultValue: 256 * 1024 * 1024,
    meaning: 'Bytes of bodies that one API process holds in memory at once; beyond it the answer is 503.',
    reason: 'Twelve bodies of the largest size, or a thousand usual ones. Without it many slow large uploads end the process.',
  }),
  maxParcelBytes: wholeNumber({
    variable: 'WATCHPOST_MAX_PARCEL_BYTES',
    min: 1_024,
    max: 1024 * 1024 * 1024,
    defaultValue: 64 * 1024 * 1024,
    meaning: 'The largest parcel, several frames in one request, in bytes; a larger one is answered 413 as a whole.',
    reason: 'As many frames as a parcel may hold, of a megabyte each. All of it is held in memory until it is known to be whole, so four of this size fill `WATCHPOST_MAX_RECEIVING_BYTES`.',
  }),
  idempotencyKeyHours: wholeNumber({
    variable: 'WATCHPOST_IDEMPOTENCY_KEY_HOURS',
    min: 1,
    max: 8_760,
    defaultValue: 24,
    meaning: 'For how long at least an idempotency key is known again; it is forgotten within the hour after.',
    reason: 'A camera service that was restarted or cut off for a night tries again within a day. Each key is a row of about 200 bytes.',
  }),
  capturedAheadSeconds: wholeNumber({
    variable: 'WATCHPOST_CAPTURED_AHEAD_SECONDS',
    min: 0,
    max: 86_400,
    defaultValue: 300,
    meaning: 'How far in the future a capture time may lie; further is answered 422.',
    reason: 'Clocks of cameras without a time server drift by minutes. A time further ahead is wrong and would open tomorrow\'s partitions.',
  }),
  capturedBackDays: wholeNumber({
    variable: 'WATCHPOST_CAPTURED_BACK_DAYS',
    min: 1,
    max: 3_650,
    defaultValue: 30,
    meaning: 'How old a capture time may be; older is answered 422.',
    reason: 'Recorders that were offline for weeks send late, and that is normal; a camera whose clock starts at 1970 is not.',
  }),
  userWaitingFrames: wholeNumber({
    variable: 'WATCHPOST_USER_WAITING_FRAMES',
    min: 1,
    max: 100_000_000,
    defaultValue: 20_000,
    meaning: 'Frames of one user that may be on their way at once; beyond it the answer is 429.',
    reason: 'An hour of five cameras at one frame a second. One user with a defect must not fill the collector for all.',
  }),
  backlogFrames: wholeNumber({
    variable: 'WATCHPOST_BACKLOG_FRAMES',
    min: 1,
    max: 1_000_000_000,
    defaultValue: 100_000,
    meaning: 'Frames of all users that may be on their way at once; beyond it the answer is 503.',
    reason: 'About two hours of one detector. A longer backlog is better kept by the camera services, which try again.',
  }),
  ...FRAME_STORE_SETTINGS,

  batchesInFlight: wholeNumber({
    variable: 'WATCHPOST_BATCHES_IN_FLIGHT',
    min: 0,
    max: 1_000,
    defaultValue: 0,
    meaning: 'Batches that the dispatcher keeps in Temporal at once; 0: one for each detect slot of all workers and one more, raised while detection idles although frames wait.',
    reason: 'That many keep detection fed; what is claimed beyond it only waits where it can be neither reordered nor put into a fuller batch.',
  }),
  batchFrames: wholeNumber({
    variable: 'WATCHPOST_BATCH_FRAMES',
    min: 1,
    max: 32,
    defaultValue: 32,
    meaning: 'The most frames that one batch, and so one workflow, carries.',
    reason: 'Frames wait for company only while all batches in flight are taken, so a quiet plant still starts each frame at once. '
      + '1 gives every frame a workflow of its own, which costs more than the detection that it orchestrates. Beyond 32 a lost batch costs more than the workflow saved.',
  }),
  batchDetectMs: wholeNumber({
    variable: 'WATCHPOST_BATCH_DETECT_MS',
    min: 1,
    max: 60_000,
    defaultValue: 1_000,
    meaning: 'The most frames of a batch are also those that detection does in this time, by its moving average.',
    reason: 'All frames of a batch wait for its last one; but batches only fill while frames have to wait anyway. Less leaves a busy plant with small batches, whose orchestration takes the cores from detection, which then looks slower still.',
  }),
  placement: choice({
    variable: 'WATCHPOST_PLACEMENT',
    choices: PLACEMENTS,
    defaultValue: 'spread',
    meaning: 'Where evaluate, alert and record run: each on a queue of its own (`spread`), or beside the workflow (`compact`).',
    reason: '`spread` scales each stage alone. `compact` takes two thirds of the load off a Temporal server, so `watchpost start`, which runs everything on one machine, uses it unless told otherwise.',
  }),
  batchDeadlineSeconds: wholeNumber({
    variable: 'WATCHPOST_BATCH_DEADLINE_SECONDS',
    min: 10,
    max: 86_400,
    defaultValue: 300,
    meaning: 'When a claimed batch that has not settled is closed and its frames go back to waiting.',
    reason: 'Longer than the time limits of all stages together, so that only what is stuck is taken back.',
  }),
  ...DETECTOR_SETTINGS,
  invalidFrameDays: wholeNumber({
    variable: 'WATCHPOST_INVALID_FRAME_DAYS',
    min: 1,
    max: 3_650,
    defaultValue: 30,
    meaning: 'How long refused frames stay in the invalid-frame repository.',
    reason: 'Long enough to look into a camera that sends rubbish.',
  }),
  ...DEVICE_CLASS_SETTINGS,
  ...EQUIPMENT_SETTINGS,
  ...ALERT_SETTINGS,
  ...CHANNEL_SETTINGS,
} as const satisfies Record<string, Setting<unknown>>;

export type Settings = {
  readonly [Name in keyof typeof SETTINGS]: (typeof SETTINGS)[Name] extends Setting<infer Value> ? Value : never;
};
