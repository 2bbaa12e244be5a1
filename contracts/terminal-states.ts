/** How a frame's life ends: in exactly one of these. */

export const TERMINAL_STATES = ['rejected', 'no_match', 'suppressed', 'alerted', 'failed'] as const;
export type TerminalState = (typeof TERMINAL_STATES)[number];

/** Every state that a caller can be told. `accepted` waits for its turn; `processing` is in a batch. */
export type FrameState = 'accepted' | 'processing' | TerminalState;

/** Why a match was not told to anyone new. `replayed`: the frame ran again, and replays notify nobody. `snoozed`: the user asked for silence. `known`: the user knows that thing on that camera. */
export const SUPPRESSION_CAUSES = ['cooldown', 'replayed', 'late', 'no_contact', 'snoozed', 'known'] as const;
export type SuppressionCause = (typeof SUPPRESSION_CAUSES)[number];

/** With several verdicts on one frame the strongest wins. */
export function strongest(states: readonly ('alerted' | 'suppressed' | 'no_match')[]): 'alerted' | 'suppressed' | 'no_match' {
  if (states.includes('alerted')) return 'alerted';
  return states.includes('suppressed') ? 'suppressed' : 'no_match';
}
