import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../adapters/embedded/port.ts';
import { STAGE_NAMES } from '../../contracts/stages.ts';
import { commandLine } from './command-line.ts';
import type { CommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => { cli = await commandLine(); });
afterAll(() => cli.remove());

const EXECUTABLE = fileURLToPath(new URL('../../bin/watchpost.mjs', import.meta.url));
const COMMANDS = ['start', 'demo', 'worker', 'api', 'dispatch', 'migrate', 'assets', 'rules', 'frames', 'incidents', 'devices', 'replay', 'status', 'doctor', 'keys'];

describe('help', () => {
  it('lists every command and ends well', async () => {
    const { exitCode, stdout, stderr } = await cli.run(['--help']);
    expect([exitCode, stderr]).toEqual([0, '']);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each(COMMANDS)('tells what %s takes', async (name) => {
    const { exitCode, stdout } = await cli.run([name, '--help']);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`watchpost ${name}`)]);
  });

  it('is what a group of commands answers when none is named, as a mistake', async () => {
    const { exitCode, stdout, stderr } = await cli.run(['frames']);
    expect([exitCode, stdout, stderr]).toEqual([2, '', expect.stringContaining('push')]);
  });

  it('can be had whatever the environment holds', async () => {
    expect((await cli.run(['status', '--help'], { env: { WATCHPOST_PORT: 'x' } })).exitCode).toBe(0);
  });
});

describe('a mistake in typing', () => {
  it.each([
    [['bogus'], "unknown command 'bogus'"],
    [['status', '--bogus'], "unknown option '--bogus'"],
    [['statis'], 'Did you mean status?'],
    [['doctor', 'extra'], 'too many arguments'],
    [['worker'], "'--stages <names>' not specified"],
    [['worker', '--stages', 'detect,detekt'], 'no stage is called detekt'],
    [['worker', '--stages', ','], 'no stage is named'],
    [['frames', 'push', 'x.jpg'], "'--device <id>' not specified"],
    [['frames', 'push', 'x.jpg', '--device', 'd', '--fps', '0'], 'must be a number above 0'],
    [['frames', 'push', 'x.jpg', '--device', 'd', '--captured-at', 'yesterday'], 'captured_at_malformed'],
    [['frames', 'refused', '--reason', 'ugly'], 'Allowed choices are frame_of_disabled_device'],
    [['incidents', 'list', '--state', 'shut'], 'Allowed choices are open, acknowledged, resolved, closed'],
    [['devices', 'notices', '--state', 'shut'], 'Allowed choices are open, closed'],
    [['replay', '--state', 'failed', '--limit', '1001'], 'from 1 to 1000'],
    [['keys', 'create'], "'--role <role>' not specified"],
    [['rules', 'check', '/no/such/file'], 'cannot be read'],
  ])('%j is one line, what helps, and exit code 2', async (args, said) => {
    const { exitCode, stdout, stderr } = await cli.run(args);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/^watchpost: usage: .+\n {2}\S.+\n$/);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  it('is a document with --json', async () => {
    expect(await cli.json(['worker', '--stages', 'detekt'])).toEqual({ error: { code: 'usage', detail: expect.stringContaining('detekt'), help: expect.stringContaining(STAGE_NAMES.join(', ')) } });
  });
});

describe('a failure', () => {
  it('is its code, its detail and what an operator should do', async () => {
    const { exitCode, stderr } = await cli.run(['status'], { env: { WATCHPOST_PROT: '1' } });
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^watchpost: setting_invalid: WATCHPOST_PROT is not a setting, did you mean WATCHPOST_PORT\?\n {2}A setting is unknown.*\n$/)]);
  });

  it('shows a stack to those who asked for one, and to nobody else', async () => {
    const quiet = await cli.run(['migrate']);
    const loud = await cli.run(['migrate'], { env: { WATCHPOST_LOG_LEVEL: 'debug' } });
    expect(quiet.stderr.split('\n')).toHaveLength(3);
    expect(loud.stderr).toMatch(/\n {4}at /);
  });

  // In processes of their own, because these listen for signals.
  it.each([['api'], ['dispatch'], ['worker', '--stages', 'record']])('of %s without a database names the variable', async (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [EXECUTABLE, ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'], WATCHPOST_HOME: cli.home } });
    expect([status, stdout, stderr]).toEqual([1, '', expect.stringMatching(/^watchpost: setting_invalid: DATABASE_URL .*\n {2}.*\n$/)]);
  });
});

describe('finding the API', () => {
  it('says how to start one when this home runs none', async () => {
    const { exitCode, stderr } = await cli.run(['status']);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^watchpost: not_running: .*\n.*watchpost start/)]);
  });

  it('says so when a plant ran here and nobody answers any more', async () => {
    const other = await commandLine();
    await writeFile(join(other.home, 'address'), `http://127.0.0.1:${await freePort()}\n`);
    await writeFile(join(other.home, 'admin.key'), 'wp_admin_x\n');
    const { exitCode, stderr } = await other.run(['status']);
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/not_running: no answer from http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED; .*address names it/)]);
    await other.remove();
  });

  it('says so when nobody answers at an address that was given', async () => {
    const { exitCode, stderr } = await cli.run(['status', '--url', `http://127.0.0.1:${await freePort()}`, '--key', 'k']);
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('watchpost: unreachable: no answer from')]);
  });

  it('hands the admin key of the home to no other machine', async () => {
    const other = await commandLine();
    await mkdir(other.home, { recursive: true });
    await writeFile(join(other.home, 'admin.key'), 'wp_admin_secret\n');
    const { exitCode, stderr } = await other.run(['status', '--url', 'http://watchpost.invalid']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--key is needed for http://watchpost.invalid')]);
    expect(stderr).not.toContain('secret');
    await other.remove();
  });

  it('refuses an address that is none', async () => {
    expect(await cli.run(['status', '--url', 'watchpost', '--key', 'k'])).toMatchObject({ exitCode: 2 });
  });
});
