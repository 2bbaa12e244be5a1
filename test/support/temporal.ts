/** A Temporal namespace of its own for a test file, on the server that all files share. */
import { randomBytes } from 'node:crypto';
import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { inject } from 'vitest';
import type { TemporalAnswer } from './servers.ts';

export interface TestNamespace {
  readonly address: string;
  readonly namespace: string;
  readonly client: Client;
  close(): Promise<void>;
}

/** host:port; undefined, after a line on the terminal that says why, where no `temporal` executable is to be had. */
export async function temporalForTest(): Promise<string | undefined> {
  const answer = JSON.parse(await text(createConnection({ port: inject('temporalDeskPort'), host: '127.0.0.1' }))) as TemporalAnswer;
  if ('address' in answer) return answer.address;
  process.stderr.write(`SKIPPED: tests that need a Temporal server, because there is none: ${answer.reason}\n`);
  return undefined;
}

/** Queue names stand in the stage table: without a namespace each, two files at once would take each other's tasks. */
export async function freshNamespace(address: string): Promise<TestNamespace> {
  const connection = await Connection.connect({ address });
  const namespace = `test-${randomBytes(6).toString('hex')}`;
  await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  return { address, namespace, client: new Client({ connection, namespace }), close: () => connection.close() };
}
