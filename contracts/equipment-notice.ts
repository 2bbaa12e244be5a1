/** An equipment notice: a stretch of time in which a device itself is at fault, told to its owner as one thing. */
import type { FailureCode } from './failures.ts';

/** What can be the matter with a device. `void`: its frames show nothing, or nothing new. `silent`: none come. `clock`: its capture times cannot be right. */
export const NOTICE_KINDS = ['void', 'silent', 'clock'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Refusals of frames that show nothing, or nothing new, because of the equipment, and not because something went wrong on their way. */
export const VOID_CODES: readonly FailureCode[] = ['image_void', 'image_frozen'];

/** Reasons of a notice that are no failure codes. `no_frames`: of silent. `clock_jumped_back`: the clock of the device was put back and is behind since. */
export const NOTICE_REASONS = ['no_frames', 'clock_jumped_back'] as const;
export type NoticeReason = FailureCode | (typeof NOTICE_REASONS)[number];

/** Those that people see. Before it is open a notice is suspected, which nobody is told. */
export const NOTICE_STATES = ['open', 'closed'] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** What its messages tell: that it was opened, that the device is well again. */
export const NOTICE_TELLINGS = ['opened', 'well'] as const;
export type NoticeTelling = (typeof NOTICE_TELLINGS)[number];

export const NOTICE_WORKFLOW = 'noticeWorkflow';
export const noticeWorkflowIdOf = (noticeId: string): string => `notice-${noticeId}`;

export interface NoticeInput {
  readonly noticeId: string;
}
