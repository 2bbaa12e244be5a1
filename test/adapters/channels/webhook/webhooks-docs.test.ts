/** The page about webhooks, held against the product: its example body is one that we send, its receiver runs. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createWebhookChannel } from '../../../../adapters/channels/webhook/webhook-channel.ts';
import { webhookBody } from '../../../../adapters/channels/webhook/webhook-body.ts';
import { WEBHOOK_SCHEMA } from '../../../../adapters/channels/webhook/webhook-schema.ts';
import { retryDelayMs } from '../../../../activities/retry-schedule.ts';
import { fences, fileOf } from '../../../support/doc-fences.ts';
import { alertExample } from '../email/alert-example.ts';
import { WRITTEN_AT } from './messages.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const page = await readFile(`${ROOT}/docs/webhooks.md`, 'utf8');
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

it('shows a body as it is sent', () => {
  const example = fences(page).find(({ language }) => language === 'json');
  expect(JSON.parse(example?.body ?? '')).toEqual(JSON.parse(webhookBody(alertExample({ writtenAt: WRITTEN_AT }), WRITTEN_AT)));
});

it('names every type that there is', () => {
  const { anyOf } = JSON.parse(JSON.stringify(WEBHOOK_SCHEMA)) as { anyOf: { properties: { type: { enum: string[] } } }[] };
  const types = anyOf.flatMap(({ properties }) => properties.type.enum);
  expect(types).toHaveLength(11);
  expect(types.filter((type) => !page.includes(`\`${type}\``))).toEqual([]);
});

it('tells the waits between tries as they are', () => {
  const told = Array.from({ length: 9 }, (_, n) => retryDelayMs('webhook', n + 1) ?? 0).map((ms) =>
    (ms < 60_000 ? `${ms / 1_000} s` : ms < 3_600_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`));
  expect(page).toContain(`${told.slice(0, -1).join(', ')} and ${told.at(-1)}`);
});

describe('the receiver of the page', () => {
  async function startReceiver(): Promise<{ port: number; said: () => string }> {
    const source = fences(page).find((fence) => fileOf(fence) === 'receiver.mjs')?.body ?? '';
    const receiver = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      cwd: ROOT, env: { ...process.env, WEBHOOK_SECRET: SECRET, PORT: '0' }, stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [receiver.stdout, receiver.stderr]) stream.on('data', (chunk) => { output += String(chunk); });
    closing.push(async () => {
      const gone = once(receiver, 'exit');
      if (receiver.exitCode === null && receiver.kill('SIGKILL')) await gone;
    });
    const port = await vi.waitFor(() => {
      const found = /listening on (\d+)/.exec(output)?.[1];
      if (found === undefined) throw new Error(`the receiver does not listen: ${output}`);
      return Number(found);
    }, { timeout: 20_000 });
    return { port, said: () => output };
  }

  const sendBy = (secret: string, port: number, deliveryKey: string): Promise<unknown> => {
    const channel = createWebhookChannel({ secretOf: () => secret, allowedNetworks: ['127.0.0.0/8'] });
    closing.push(() => channel.close());
    return channel.send(alertExample({ to: `http://127.0.0.1:${port}/`, writtenAt: WRITTEN_AT }), deliveryKey);
  };

  it('takes what we send, once', async () => {
    const { port, said } = await startReceiver();
    await sendBy(SECRET, port, 'key-1');
    await sendBy(SECRET, port, 'key-1');
    await sendBy(SECRET, port, 'key-2');
    await vi.waitFor(() => expect(said().match(/incident\.opened Person, 02:14, camera Back door/g)).toHaveLength(2), { timeout: 10_000 });
  });

  it('takes nothing that has another secret', async () => {
    const { port, said } = await startReceiver();
    await expect(sendBy(`whsec_${Buffer.alloc(32, 8).toString('base64')}`, port, 'key-1')).rejects.toMatchObject({ code: 'provider_unavailable', detail: '401 Unauthorized: the signature does not fit' });
    expect(said()).not.toContain('incident');
  });
});
