import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDkimKey } from '../../../../adapters/channels/email/dkim-key.ts';

const PRIVATE_PEM = { format: 'pem', type: 'pkcs8' } as const;
const PUBLIC_PEM = { format: 'pem', type: 'spki' } as const;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2_048, privateKeyEncoding: PRIVATE_PEM, publicKeyEncoding: PUBLIC_PEM });
const EMPTY = { domain: '', selector: 'watchpost', keyFile: undefined };

let folder: string;
beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'watchpost-dkim-')); });
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function file(contents: string): Promise<string> {
  const path = join(folder, `${files += 1}.pem`);
  await writeFile(path, contents);
  return path;
}

describe('the key that mails are signed with', () => {
  it('is read, and shows nothing of itself where it is printed', async () => {
    const key = await readDkimKey({ domain: 'example.com', selector: 'wp.2026', keyFile: await file(RSA.privateKey) });
    expect(key).toMatchObject({ domain: 'example.com', selector: 'wp.2026' });
    expect(inspect(key, { depth: 10, showHidden: true }) + JSON.stringify(key)).not.toContain(RSA.privateKey.slice(40, 80));
  });

  it('may be of the old form too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1_024, privateKeyEncoding: { format: 'pem', type: 'pkcs1' }, publicKeyEncoding: PUBLIC_PEM });
    expect(await readDkimKey({ domain: 'mail.example.com', selector: 'watchpost', keyFile: await file(privateKey) })).toBeDefined();
  });

  it('is not asked for where nothing is to be signed', async () => {
    expect(await readDkimKey(EMPTY)).toBeUndefined();
  });
});

describe('what cannot be signed with is refused in a sentence', () => {
  it.each([
    ['a domain without a key', { ...EMPTY, domain: 'example.com' }, 'WATCHPOST_DKIM_KEY_FILE is not'],
    ['a key without a domain', { ...EMPTY, keyFile: '/nowhere.pem' }, 'WATCHPOST_DKIM_DOMAIN is not'],
    ['a file that is not there', { ...EMPTY, domain: 'example.com', keyFile: '/nowhere/key.pem' }, '/nowhere/key.pem cannot be read (ENOENT)'],
    ['a folder', { ...EMPTY, domain: 'example.com', keyFile: '/' }, '/ cannot be read (EISDIR)'],
    ['a domain that is none', { ...EMPTY, domain: 'example.com; s=x', keyFile: '/k' }, 'WATCHPOST_DKIM_DOMAIN must be a domain'],
    ['a domain of other letters', { ...EMPTY, domain: 'bücher.example', keyFile: '/k' }, 'xn--'],
    ['a selector that is none', { domain: 'example.com', selector: '', keyFile: '/k' }, 'WATCHPOST_DKIM_SELECTOR must be a name'],
  ])('%s', async (_, settings, sentence) => {
    await expect(readDkimKey(settings)).rejects.toMatchObject({ code: 'setting_invalid', detail: expect.stringContaining(sentence) });
  });

  const pair = (type: 'ed25519'): string => generateKeyPairSync(type, { privateKeyEncoding: PRIVATE_PEM, publicKeyEncoding: PUBLIC_PEM }).privateKey;
  it.each([
    ['a public key', RSA.publicKey, 'holds no private key'],
    ['no key at all', 's3cret words', 'holds no private key'],
    ['an empty file', '', 'holds no private key'],
    ['half a key', RSA.privateKey.slice(0, 600), 'holds no private key'],
    ['a key that servers cannot check', pair('ed25519'), 'of the kind ed25519'],
    ['a key that is too small', generateKeyPairSync('rsa', { modulusLength: 512, privateKeyEncoding: PRIVATE_PEM, publicKeyEncoding: PUBLIC_PEM }).privateKey, 'a key of 512 bits'],
    ['a locked key', generateKeyPairSync('rsa', { modulusLength: 2_048, privateKeyEncoding: { ...PRIVATE_PEM, cipher: 'aes-256-cbc', passphrase: 'p' }, publicKeyEncoding: PUBLIC_PEM }).privateKey, 'locked with a password'],
  ])('%s', async (_, contents, sentence) => {
    const refusal = await readDkimKey({ ...EMPTY, domain: 'example.com', keyFile: await file(contents) }).catch((error: Error) => error);
    expect(refusal).toMatchObject({ code: 'setting_invalid', detail: expect.stringContaining(sentence) });
    expect(inspect(refusal, { depth: 10, showHidden: true })).not.toContain(contents.slice(30, 60) || 's3cret');
  });
});
