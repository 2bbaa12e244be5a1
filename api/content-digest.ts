/** Content-Digest (RFC 9530): lets a sender make sure that what we keep is what it sent. */
import { createHash } from 'node:crypto';
import { Failure } from '../contracts/failures.ts';

/** One member of the dictionary: `sha-256=:<base64>:`. Other algorithms may stand beside it and are not looked at. */
const SHA_256 = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]*={0,2}):\s*(?=[,;]|$)/;

/** Throws `digest_mismatch` when a sha-256 is given and the bytes have another. */
export function checkContentDigest(header: string | undefined, bytes: Uint8Array): void {
  if (header === undefined) return;
  const [, given] = SHA_256.exec(header) ?? [];
  if (given === undefined) {
    if (/sha-256/i.test(header)) throw new Failure('digest_mismatch', 'Content-Digest is not of the form sha-256=:<base64>:');
    return;
  }
  if (!createHash('sha256').update(bytes).digest().equals(Buffer.from(given, 'base64'))) {
    throw new Failure('digest_mismatch', 'the body that arrived has another sha-256 than Content-Digest says');
  }
}
