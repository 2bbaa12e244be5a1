import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSettings } from '../../config/load.ts';
import { ensureSigningSecret, signingSecretPath } from '../../workers/signing-secret.ts';

let home: string;
let logged: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'watchpost-secret-'));
  logged = '';
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const log = pino({ level: 'trace' }, { write: (line: string) => { logged += line; } });
const ensure = (env: NodeJS.ProcessEnv = {}): Promise<string> => ensureSigningSecret(loadSettings({ WATCHPOST_HOME: home, ...env }), log);

describe('the signing secret', () => {
  it('is made at the first start, is the same at every other, and is in no log', async () => {
    const secret = await ensure();
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(await ensure()).toBe(secret);
    expect(readFileSync(signingSecretPath(home), 'utf8')).toBe(`${secret}\n`);
    expect(logged).toContain('signing secret kept');
    expect(logged).not.toContain(secret);
  });

  it('lies where only its owner can read it, whatever the umask', async () => {
    const before = process.umask(0);
    try {
      await ensure();
    } finally {
      process.umask(before);
    }
    expect((statSync(signingSecretPath(home)).mode & 0o777).toString(8)).toBe('600');
  });

  it('is one when several processes start at once in a home that is not there yet, and leaves nothing else behind', async () => {
    rmSync(home, { recursive: true });
    const secrets = await Promise.all(Array.from({ length: 8 }, () => ensure()));
    expect(new Set(secrets).size).toBe(1);
    expect(readdirSync(home)).toEqual(['signing.key']);
  });

  it('is that of the setting where there is one, and then nothing is kept', async () => {
    const given = 'thirty-two characters or more of it';
    expect(await ensure({ WATCHPOST_SIGNING_SECRET: given })).toBe(given);
    expect(readdirSync(home)).toEqual([]);
  });

  it('is asked for in plain words when its file is empty, rather than replaced: every link that is out would end', async () => {
    writeFileSync(signingSecretPath(home), '\n');
    await expect(ensure()).rejects.toThrow(expect.objectContaining({ code: 'setting_invalid', message: expect.stringContaining('signing.key is empty') }));
  });
});
