import { describe, expect, it } from 'vitest';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { limitsByClass } from '../../config/device-class-settings.ts';
import { loadSettings } from '../../config/load.ts';
import { Secret } from '../../config/secret.ts';
import { SETTINGS } from '../../config/settings.ts';
import { settingsPage } from '../../config/settings-page.ts';

const refusal = (env: Record<string, string>): string => {
  try {
    loadSettings(env);
  } catch (error) {
    expect(error).toMatchObject({ name: 'Failure', code: 'setting_invalid' });
    return (error as Error).message;
  }
  throw new Error('was not refused');
};

describe('settings', () => {
  it('have a value each without any variable, and cannot be changed', () => {
    const settings = loadSettings({});
    expect(Object.keys(settings)).toEqual(Object.keys(SETTINGS));
    expect(settings.port).toBe(8080);
    expect(settings.home).toBe(resolve('.watchpost'));
    expect(settings.databaseUrl).toBeUndefined();
    expect(() => { (settings as { port: number }).port = 1; }).toThrow(TypeError);
  });

  it('are read from the environment in their own types', () => {
    const settings = loadSettings({
      WATCHPOST_PORT: '0', WATCHPOST_HOME: '/srv/watchpost', WATCHPOST_DETECTOR: 'coco-ssd', TEMPORAL_ADDRESS: '[::1]:7233',
      WATCHPOST_PUBLIC_URL: 'https://watch.example.org/base/', SMTP_URL: 'smtps://anna:secret@mail.example.org:465',
    });
    expect(settings).toMatchObject({
      port: 0, home: '/srv/watchpost', detector: 'coco-ssd', temporalAddress: '[::1]:7233', publicUrl: 'https://watch.example.org/base',
    });
    expect(settings.smtpUrl?.reveal()).toBe('smtps://anna:secret@mail.example.org:465');
  });

  it('differ by class of device where limits do', () => {
    const limits = limitsByClass(loadSettings({ WATCHPOST_THERMAL_MIN_SIDE_PIXELS: '48', WATCHPOST_PANORAMA_MAX_ASPECT: '20' }));
    expect(limits.camera).toEqual({ minSidePixels: 32, maxAspect: 8, voidLevels: 8, frozenSeconds: 600 });
    expect(limits.thermal).toMatchObject({ minSidePixels: 48, maxAspect: 8 });
    expect(limits.panorama).toMatchObject({ minSidePixels: 32, maxAspect: 20 });
  });

  it('take an empty variable as not given, as compose files write it', () => {
    expect(loadSettings({ SMTP_URL: '', WATCHPOST_PORT: '' })).toEqual(loadSettings({}));
  });

  it('refuse an unknown variable of ours and name the one that was meant', () => {
    expect(refusal({ WATCHPOST_PROT: '80' })).toContain('WATCHPOST_PROT is not a setting, did you mean WATCHPOST_PORT?');
    expect(refusal({ WATCHPOST_MAX_BODY_BITES: '80' })).toContain('did you mean WATCHPOST_MAX_BODY_BYTES?');
    expect(refusal({ WATCHPOST_XYZZY_FROBNICATE_QUUX: '1' })).not.toContain('did you mean');
  });

  it('leave the variables of tests and of everybody else alone', () => {
    expect(loadSettings({ WATCHPOST_TEST_DATABASE_URL: 'x', PATH: '/bin', SMTP_HOST: 'x' })).toEqual(loadSettings({}));
  });

  it.each([
    ['WATCHPOST_PORT', '65536'], ['WATCHPOST_PORT', '-1'], ['WATCHPOST_PORT', '80.5'], ['WATCHPOST_PORT', '0x50'], ['WATCHPOST_PORT', ' 80'],
    ['WATCHPOST_BATCH_FRAMES', '0'], ['WATCHPOST_BATCH_FRAMES', '33'], ['WATCHPOST_DETECTOR', 'yolo'], ['WATCHPOST_LOG_LEVEL', 'INFO'],
    ['TEMPORAL_ADDRESS', 'localhost'], ['TEMPORAL_ADDRESS', 'localhost:0'], ['WATCHPOST_PUBLIC_URL', 'watch.example.org'],
    ['WATCHPOST_PUBLIC_URL', 'ftp://example.org'], ['WATCHPOST_MAIL_FROM', 'a@b.c\r\nBcc: d@e.f'],
  ])('refuse %s=%j and name it', (variable, value) => {
    expect(refusal({ [variable]: value })).toContain(variable);
  });

  it('name everything that is wrong at once', () => {
    const message = refusal({ WATCHPOST_PORT: 'x', WATCHPOST_DETECTOR: 'y', WATCHPOST_HOEM: 'z' });
    for (const variable of ['WATCHPOST_PORT', 'WATCHPOST_DETECTOR', 'WATCHPOST_HOEM']) expect(message).toContain(variable);
  });

  it('never repeat a secret, not even one that cannot be read', () => {
    expect(refusal({ DATABASE_URL: 'mysql://root:hunter2@db' })).not.toContain('hunter2');
    expect(refusal({ SMTP_URL: 'hunter2' })).not.toContain('hunter2');
    const settings = loadSettings({ DATABASE_URL: 'postgresql://watch:hunter2@db/watch' });
    for (const shown of [JSON.stringify(settings), inspect(settings, { depth: 9, showHidden: true }), `${settings.databaseUrl}`, String(settings.databaseUrl)]) {
      expect(shown).not.toContain('hunter2');
      expect(shown).toContain('***');
    }
    expect(settings.databaseUrl).toBeInstanceOf(Secret);
  });

  it('have distinct variables, each with its meaning and its reason', () => {
    const rows = Object.values(SETTINGS);
    expect(new Set(rows.map(({ variable }) => variable)).size).toBe(rows.length);
    for (const { meaning, reason } of rows) for (const sentence of [meaning, reason]) expect(sentence).toMatch(/^[A-Z0-9`].*\.$/);
  });

  it('have defaults that their own parsers take', () => {
    for (const { shownDefault, parse, defaultValue } of Object.values(SETTINGS)) {
      if (shownDefault !== null) expect(parse(shownDefault)).toEqual(defaultValue);
    }
  });

  // After a change of the table: npx vitest run test/config -u
  it('are documented as they are', async () => {
    await expect(settingsPage()).toMatchFileSnapshot('../../docs/settings.md');
  });
});
