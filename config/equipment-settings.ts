/** Settings of what is watched: cameras that show nothing, send nothing or have a wrong clock, and the plant itself by its canary. Part of the table in `settings.ts`. */
import { line, wholeNumber } from './kinds.ts';
import type { Setting } from './kinds.ts';

export const EQUIPMENT_SETTINGS = {
  voidNoticeFrames: wholeNumber({
    variable: 'WATCHPOST_VOID_NOTICE_FRAMES',
    min: 1,
    max: 100_000,
    defaultValue: 5,
    meaning: 'So many frames of a device that show nothing, with no good one between them, make a notice to its owner.',
    reason: 'A camera that sends a frame a minute is told of within five. Fewer would make a notice of two bad frames of one that sends every few minutes.',
  }),
  voidNoticeSeconds: wholeNumber({
    variable: 'WATCHPOST_VOID_NOTICE_SECONDS',
    min: 0,
    max: 86_400,
    defaultValue: 180,
    meaning: 'From the first of them to the last it must be this long (capture time).',
    reason: 'A lens that is wiped by hand, or a camera that changes over to its night mode, shows nothing for a minute and is well again.',
  }),
  voidWellSeconds: wholeNumber({
    variable: 'WATCHPOST_VOID_WELL_SECONDS',
    min: 0,
    max: 86_400,
    defaultValue: 300,
    meaning: 'After good frames for this long (capture time), with none among them that shows nothing, the device is well again and the notice is closed.',
    reason: 'A dark camera sees when headlights pass, a loose cable has contact for a moment: neither means that somebody has mended it.',
  }),
  voidNoticeApartSeconds: wholeNumber({
    variable: 'WATCHPOST_VOID_NOTICE_APART_SECONDS',
    min: 0,
    max: 2_592_000,
    defaultValue: 21_600,
    meaning: 'From one notice of a device to its next of the same kind it is at least this long; of silence and wrong clocks by our own clock.',
    reason: 'A camera that fails and recovers all day tells its owner four times, and as often that it is well. One that stays void is told of when the time is over.',
  }),
  silentSeconds: wholeNumber({
    variable: 'WATCHPOST_SILENT_SECONDS',
    min: 0,
    max: 2_592_000,
    defaultValue: 900,
    meaning: 'A device that has sent frames and sends none for this long is told of; a device may have another time; 0: no device is, unless it has a time of its own.',
    reason: 'Long enough for a router that starts anew. A camera that only sends when something moves needs more, or 0.',
  }),
  clockAheadSeconds: wholeNumber({
    variable: 'WATCHPOST_CLOCK_AHEAD_SECONDS',
    min: 1,
    max: 86_400,
    defaultValue: 30,
    meaning: 'A capture time this far ahead of our clock cannot be right: several of them make a notice to the owner.',
    reason: 'The same that moves no memory of rules. Times behind are normal: recorders send late.',
  }),
  canarySeconds: wholeNumber({
    variable: 'WATCHPOST_CANARY_SECONDS',
    min: 0,
    max: 3_600,
    defaultValue: 60,
    meaning: 'From one canary frame to the next; 0 sends none and watches for none. API and dispatch processes need the same.',
    reason: 'A pipeline that stands still is known of within five of them. It costs as much as any frame: about 0.2 % of one core.',
  }),
  opsEmail: line({
    variable: 'WATCHPOST_OPS_EMAIL',
    defaultValue: '',
    meaning: 'Who is told by mail when canary frames no longer come through, each hour, and when they do again; empty: the log, `watchpost status`, the field `canary` of `/readyz` and the metrics say so.',
    reason: 'Sent by the API process past the pipeline, which may be what stands still. `/readyz` stays ready: whoever takes frames must not be ended because they wait.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
