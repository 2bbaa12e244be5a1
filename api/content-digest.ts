/** Content-Digest (RFC 9530): lets a sender make sure that what we keep is what it sent. */
import { createHash } from 'node:crypto';
import { Failure } from '../contracts/failures.ts';

/** One member of the dictionary: `sha-256=:<base64>:`. Other algorithms may stand beside it and are not looked at. */
const SHA_256 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]*={0,2}):\s*(?=[,;]|$)/;

export interface DigestCheck {
  update(bytes: Uint8Array): void;
  /** Throws `digest_mismatch` when the bytes so far have another sha-256 than was given, or when that is none. */
  verify(): void;
}

const NOTHING_GIVEN: DigestCheck = { update() {}, verify() {} };

/** For bytes that come in pieces. */
export function openDigestCheck(header: string | undefined): DigestCheck {
  const [, given] = SHA_256.exec(header ?? '') ?? [];
  if (header === undefined || (given === undefined && !/sha-256/i.test(header))) return NOTHING_GIVEN;
  const hash = createHash('sha256');
  return {
    update: (bytes) => { hash.update(bytes); },
    verify() {
      if (given === undefined) throw new Failure('digest_mismatch', 'Content-Digest is not of the form sha-256=:<base64>:');
      if (!hash.digest().equals(Buffer.from(given, 'base64'))) throw new Failure('digest_mismatch', 'the bytes that arrived have another sha-256 than Content-Digest says');
    },
  };
}

/** Throws `digest_mismatch` when a sha-256 is given and the bytes have another. */
export function checkContentDigest(header: string | undefined, bytes: Uint8Array): void {
  const check = openDigestCheck(header);
  check.update(bytes);
  check.verify();
}
