/** Settings of equipment notices: when a camera that shows nothing is told of, and when it is well again. Part of the table in `settings.ts`. */
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
    meaning: 'From one such notice of a device to its next it is at least this long (capture time).',
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
    meaning: 'From one canary frame to the next; 0 sends none.',
    reason: 'A pipeline that stands still is known of within five of them. It costs as much as any frame: about 0.1 % of one core a minute.',
  }),
  opsEmail: line({
    variable: 'WATCHPOST_OPS_EMAIL',
    defaultValue: '',
    meaning: 'Who is told by mail when canary frames no longer come through; empty: only the log and `/readyz` say so.',
    reason: 'Sent past the pipeline, which may be what stands still.',
  }),
} as const satisfies Record<string, Setting<unknown>>;
