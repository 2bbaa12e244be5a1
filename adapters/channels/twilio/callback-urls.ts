/** Where Twilio calls us back; the routes of the API stand at the same paths. Pure. */

export const CALLBACK_PATHS = {
  status: '/v1/callbacks/twilio/status',
  keypress: '/v1/callbacks/twilio/keypress',
  /** Set by the operator at the number in Twilio's console; a reply names no delivery. */
  reply: '/v1/callbacks/twilio/reply',
} as const;

/** `base`: the public URL of Watchpost. The delivery comes back with every callback of its message. */
export const callbackUrl = (base: string, about: 'status' | 'keypress', deliveryKey: string): string =>
  `${base.replace(/\/+$/, '')}${CALLBACK_PATHS[about]}?delivery=${encodeURIComponent(deliveryKey)}`;
