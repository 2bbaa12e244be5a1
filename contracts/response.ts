/** What a person says of an incident, by whatever way. */

/** `acknowledge`: I take charge. `resolve`: it is dealt with. The others are verdicts of the person, kept as labels of frame and rule. */
export const RESPONSE_KINDS = ['acknowledge', 'resolve', 'real', 'false_alarm', 'known'] as const;
export type ResponseKind = (typeof RESPONSE_KINDS)[number];

/** `real` is said by somebody who takes charge. `false_alarm` and `known` say that there is nothing to do: the incident is resolved. `known` mutes that thing on that camera for a time. */
export const LABELS = ['real', 'false_alarm', 'known'] as const satisfies readonly ResponseKind[];
export type Label = (typeof LABELS)[number];

export const RESPONSE_WAYS = ['api', 'link', 'sms', 'call'] as const;
export type ResponseWay = (typeof RESPONSE_WAYS)[number];

/** What is pressed during a call, as other systems have it too. */
export const KEYPRESSES: Readonly<Record<string, ResponseKind>> = { 4: 'acknowledge', 6: 'false_alarm' };
/** What is answered to a text message. */
export const REPLIES: Readonly<Record<string, ResponseKind>> = { 1: 'acknowledge', 2: 'false_alarm' };

/** A day: long enough for visitors and workmen, short enough that nobody forgets a mute for good. */
export const DEFAULT_KNOWN_HOURS = 24;
export const MAX_KNOWN_HOURS = 24 * 90;

export interface Response {
  readonly incidentId: string;
  readonly kind: ResponseKind;
  readonly way: ResponseWay;
  /** Who said it; null over the API. */
  readonly contactId: string | null;
  /** The key pressed, the words written; null where a button or the API said it. */
  readonly said: string | null;
  /** Id that a provider has for what was said, where it may repeat it; left out elsewhere. */
  readonly providerId?: string;
  /** For `known`: for how long. */
  readonly knownHours: number | null;
}
