import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createPoster } from '../../../adapters/channels/post-json.ts';

const open: { close(): unknown }[] = [];
afterEach(() => { for (const each of open.splice(0)) each.close(); });

async function served(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  open.push({ close: () => { server.close(); server.closeAllConnections(); } });
  return new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)); });
}

function poster() {
  const made = createPoster();
  open.push(made);
  return made;
}

it('an answer that breaks off is still an answer: its status came', async () => {
  const url = await served((request, response) => {
    request.resume().once('end', () => {
      response.writeHead(202, { 'content-length': '1000' });
      response.write('taken', () => request.socket.destroy());
    });
  });
  expect(await poster().post(url, {}, {})).toMatchObject({ status: 202 });
});

it('of an answer without end the beginning is read', async () => {
  const url = await served((request, response) => {
    request.resume();
    response.writeHead(500);
    const more = (): void => { while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));  };
    response.on('drain', more);
    more();
  });
  const { status, body } = await poster().post(url, {}, {});
  expect(status).toBe(500);
  expect(body).toBe('x'.repeat(65_536));
});

it('a request of many portions arrives as it was', async () => {
  let came = '';
  const url = await served((request, response) => {
    request.setEncoding('utf8').on('data', (chunk) => { came += chunk; }).once('end', () => response.end());
  });
  const body = { text: 'Hintertür 裏口 '.repeat(50_000) };
  await poster().post(url, body, { 'Content-Type': 'application/json' });
  expect(JSON.parse(came)).toEqual(body);
});
