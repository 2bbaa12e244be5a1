/** The key that mails are signed with (DKIM, RFC 6376), read and tried once: the library leaves mails unsigned when a key is no good, and says nothing. */
import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Failure } from '../../../contracts/failures.ts';

export interface DkimKey {
  readonly domain: string;
  readonly selector: string;
  /** An object, because that shows nothing of the key wherever it is printed. */
  readonly privateKey: KeyObject;
}

/** As the settings have it. */
export interface DkimSettings {
  /** WATCHPOST_DKIM_DOMAIN; empty signs nothing. */
  readonly domain: string;
  /** WATCHPOST_DKIM_SELECTOR. */
  readonly selector: string;
  /** WATCHPOST_DKIM_KEY_FILE. */
  readonly keyFile: string | undefined;
}

/** Verifiers take signatures of smaller keys for none (RFC 8301, 3.2). */
const MIN_KEY_BITS = 1_024;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?';
const DOMAIN = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})+$`);
const SELECTOR = new RegExp(`^(?=.{1,200}$)${LABEL}(?:\\.${LABEL})*$`);

/** Undefined where no mail is to be signed. Throws `setting_invalid`, with nothing of the key in it. */
export async function readDkimKey({ domain, selector, keyFile }: DkimSettings): Promise<DkimKey | undefined> {
  if (domain === '' && keyFile === undefined) return undefined;
  if (domain === '') throw invalid('WATCHPOST_DKIM_KEY_FILE is set and WATCHPOST_DKIM_DOMAIN is not: name the domain that mails are signed for');
  if (keyFile === undefined) throw invalid('WATCHPOST_DKIM_DOMAIN is set and WATCHPOST_DKIM_KEY_FILE is not: name the file of the private key that mails are signed with');
  if (!DOMAIN.test(domain)) throw invalid(`WATCHPOST_DKIM_DOMAIN must be a domain such as example.com, in its xn-- form where it has other letters, not ${JSON.stringify(domain.slice(0, 60))}`);
  if (!SELECTOR.test(selector)) throw invalid(`WATCHPOST_DKIM_SELECTOR must be a name such as watchpost, not ${JSON.stringify(selector.slice(0, 60))}`);
  return { domain, selector, privateKey: privateKeyIn(await textOf(keyFile), keyFile) };
}

async function textOf(keyFile: string): Promise<string> {
  try {
    return await readFile(keyFile, 'utf8');
  } catch (error) {
    throw ofTheFile(keyFile, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

function privateKeyIn(pem: string, keyFile: string): KeyObject {
  const key = parsed(pem, keyFile);
  // The signatures that every server can check (RFC 8301, 3.1).
  if (key.asymmetricKeyType !== 'rsa') throw ofTheFile(keyFile, `holds a key of the kind ${key.asymmetricKeyType}; mails are signed with RSA: openssl genrsa -out FILE 2048`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_KEY_BITS) throw ofTheFile(keyFile, `holds a key of ${bits} bits; below ${MIN_KEY_BITS} no signature counts: openssl genrsa -out FILE 2048`);
  try {
    sign('RSA-SHA256', Buffer.from('tried'), key);
  } catch {
    throw ofTheFile(keyFile, 'holds a key that nothing can be signed with');
  }
  return key;
}

function parsed(pem: string, keyFile: string): KeyObject {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem)) throw ofTheFile(keyFile, 'is locked with a password; take it off (openssl rsa -in FILE -out FILE) and let only us read the file');
  try {
    return createPrivateKey(pem);
  } catch {
    throw ofTheFile(keyFile, 'holds no private key in PEM (-----BEGIN PRIVATE KEY-----)');
  }
}

const invalid = (sentence: string): Failure => new Failure('setting_invalid', sentence);

const ofTheFile = (keyFile: string, what: string): Failure => invalid(`WATCHPOST_DKIM_KEY_FILE: ${keyFile} ${what}`);
