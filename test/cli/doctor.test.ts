import { afterAll, beforeAll, expect, it } from 'vitest';
import { findTfjsNode } from '../../scripts/provision/tfjs-node/binding.mjs';
import { commandLine } from './command-line.ts';
import type { CommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => { cli = await commandLine(); });
afterAll(() => cli.remove());

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { name: string; ok: boolean; required: boolean; found: string; how: string }[];
}

it('ends with 0 exactly when nothing that is needed is missing', async () => {
  const { ok, checks } = await cli.json<Report>(['doctor']);
  expect(ok).toBe(checks.every((check) => check.ok || !check.required));
  expect((await cli.run(['doctor'])).exitCode).toBe(ok ? 0 : 1);
});

it('says of what is missing how to get it', async () => {
  const env = { TEMPORAL_CLI_PATH: '/no/such/file', FFMPEG_PATH: '/no/such/file' };
  const { checks } = await cli.json<Report>(['doctor'], { env });
  expect(checks.find(({ name }) => name === 'temporal')).toMatchObject({ ok: false, required: true, how: expect.stringContaining('npm run setup') });
  const { exitCode, stdout } = await cli.run(['doctor'], { env });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^MISSING +temporal +.*TEMPORAL_CLI_PATH names no executable file/m);
  expect(stdout).toMatch(/^Needed: temporal: run `npm run setup`/m);
  expect(stdout).toMatch(/^Optional: ffmpeg: run `npm run setup`/m);
});

it('says whether native TensorFlow is built, which nothing needs', async () => {
  const { checks } = await cli.json<Report>(['doctor']);
  const built = findTfjsNode()?.built === true;
  expect(checks.find(({ name }) => name === 'tfjs-node')).toMatchObject({ ok: built, required: false, how: built ? '' : expect.stringContaining('npm run setup:tfjs-node') });
});

it('needs no executable where a server is named', async () => {
  const { checks } = await cli.json<Report>(['doctor'], { env: { TEMPORAL_ADDRESS: '127.0.0.1:7233', TEMPORAL_CLI_PATH: '/no/such/file' } });
  expect(checks.find(({ name }) => name === 'temporal')).toMatchObject({ ok: true });
});
