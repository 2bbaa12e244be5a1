/** What every adapter throws when a message was not taken. */
import type { ChannelFailure } from '../../activities/ports/channel.ts';
import { Failure } from '../../contracts/failures.ts';
import type { FailureCode } from '../../contracts/failures.ts';

export interface SendDoubts {
  readonly mayHaveArrived?: boolean;
  readonly retryAfterMs?: number | null;
}

/** Without the client's error as cause: that carries requests with credentials, and logs print causes. */
export class SendFailure extends Failure implements ChannelFailure {
  readonly mayHaveArrived: boolean;
  readonly retryAfterMs: number | null;

  constructor(code: FailureCode, detail: string, { mayHaveArrived = false, retryAfterMs = null }: SendDoubts = {}) {
    super(code, detail);
    this.mayHaveArrived = mayHaveArrived;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Providers echo what they were told; credentials must not come back out of an answer. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets.filter((secret) => secret !== '').reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
