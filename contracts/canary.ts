/** The canary: a frame of our own that goes the whole way again and again, so that a pipeline which stands still is noticed. */

/** Id of its user, its device and its rule. Nobody else may put one, and no list or sum shows them. */
export const CANARY_ID = 'watchpost-canary';

/** Operations are told when none has come through for so many of its periods: one or two may wait behind a burst of frames. */
export const CANARY_PERIODS = 5;

/** What becomes of one that went the whole way: its rule matches, alert finds that its user has no contact, and record says so. */
export const CANARY_END = Object.freeze({ state: 'suppressed', reason: 'no_contact' } as const);

export const CANARY_STATES = ['off', 'ok', 'late'] as const;
/** `late`: none came through for CANARY_PERIODS. */
export type CanaryState = (typeof CANARY_STATES)[number];
