import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chmodSync, existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCheckout, sha256 } from './checkout.ts';
import type { Checkout } from './checkout.ts';

interface Found {
  name: string;
  path: string;
  source: string;
}

const WEIGHTS = 'the weights of the model';
const FALLBACK = 'other weights';
const TOOL = '#!/bin/sh\necho tool\n';

let server: Server;
let asked: string[];
let served: Record<string, string>;
let checkout: Checkout;

beforeEach(async () => {
  asked = [];
  served = { '/weights': WEIGHTS, '/fallback': FALLBACK, '/tool': TOOL };
  server = createServer((request, response) => {
    asked.push(String(request.url));
    const body = served[String(request.url)];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const row = (content: string) => ({ licence: 'MIT', origin: 'made here', bytes: content.length, sha256: sha256(content) });
  checkout = makeCheckout({
    needs: { detector: { anyOf: ['weights', 'fallback'], for: 'tests' }, temporal: { anyOf: ['temporal-test-tool'], for: 'tests' } },
    assets: [
      { name: 'weights', kind: 'model', path: 'models/weights', ...row(WEIGHTS), sources: [{ kind: 'url', url: `${base}/moved-away` }, { kind: 'url', url: `${base}/weights` }] },
      { name: 'fallback', kind: 'model', path: 'models/fallback', ...row(FALLBACK), sources: [{ kind: 'url', url: `${base}/fallback` }] },
      { name: 'labels', kind: 'labels', path: 'models/labels', folder: true, ...row(''), bytes: 6, sha256: sha256(`${sha256('one')}  a/one\n${sha256('two')}  b\n`), sources: [] },
      {
        name: 'temporal-test-tool',
        kind: 'tool',
        licence: 'MIT',
        origin: 'made here',
        variable: 'TEST_TOOL_PATH',
        platforms: { [`${process.platform}-${process.arch}`]: { bytes: TOOL.length, sha256: sha256(TOOL), sources: [{ kind: 'url', url: `${base}/tool` }] } },
      },
    ],
  });
});
afterEach(async () => {
  checkout.remove();
  await new Promise((resolve) => server.close(resolve));
});

const resolve = (name: string, env?: NodeJS.ProcessEnv) => checkout.ask<Found | null>(`answer = assets.resolveAsset('${name}');`, env);
const pull = (name: string, env?: NodeJS.ProcessEnv) =>
  checkout.ask<Found | { error: string }>(`answer = await pull.pullAsset('${name}').catch((error) => ({ error: error.message }));`, env);

test('an asset is looked for in WATCHPOST_ASSETS_DIR, then beside the checkout, then in the cache', async () => {
  expect(await resolve('weights')).toBeNull();
  await pull('weights');
  expect(await resolve('weights')).toMatchObject({ source: 'the cache' });
  const beside = checkout.put('shared/models/weights', WEIGHTS);
  expect(await resolve('weights')).toMatchObject({ path: beside });
  const own = checkout.put('own/models/weights', WEIGHTS);
  expect(await resolve('weights', { WATCHPOST_ASSETS_DIR: join(checkout.site, 'own') })).toEqual({ name: 'weights', path: own, source: 'WATCHPOST_ASSETS_DIR' });
});

test('a folder that a person made may hold the asset under its bare name', async () => {
  const own = checkout.put('own/weights', WEIGHTS);
  expect(await resolve('weights', { WATCHPOST_ASSETS_DIR: join(checkout.site, 'own') })).toMatchObject({ path: own });
});

test('a file that is not the one of the manifest is refused, with the reason, and the next place is tried', async () => {
  const forged = checkout.put('own/models/weights', WEIGHTS.replace('w', 'W'));
  const good = checkout.put('shared/models/weights', WEIGHTS);
  const search = await checkout.ask<{ found: Found; refused: { path: string; reason: string }[] }>(`answer = assets.searchAsset('weights');`, {
    WATCHPOST_ASSETS_DIR: join(checkout.site, 'own'),
  });
  expect(search.found.path).toBe(good);
  expect(search.refused).toEqual([{ path: forged, reason: expect.stringContaining('sha256') }]);
});

test('a folder is the one of the manifest only with all its files, and no other', async () => {
  checkout.put('shared/models/labels/a/one', 'one');
  expect(await resolve('labels')).toBeNull();
  const last = checkout.put('shared/models/labels/b', 'two');
  expect(await resolve('labels')).toMatchObject({ path: join(last, '..') });
  checkout.put('shared/models/labels/empty-extra', '');
  expect(await resolve('labels')).toBeNull();
});

test('sources are tried in order, and what they give is kept in the cache', async () => {
  const found = (await pull('weights')) as Found;
  expect(asked).toEqual(['/moved-away', '/weights']);
  expect(readFileSync(found.path, 'utf8')).toBe(WEIGHTS);
  await pull('weights');
  expect(asked).toHaveLength(2);
});

test.each([
  ['other bytes of the same length', WEIGHTS.replace('w', 'W'), 'sha256'],
  ['too few bytes', WEIGHTS.slice(1), `${WEIGHTS.length - 1} bytes`],
  ['too many bytes', `${WEIGHTS}!`, 'more than'],
])('a source that gives %s is refused and leaves nothing in the cache', async (_what, body, reason) => {
  served['/weights'] = body;
  const { error } = (await pull('weights')) as { error: string };
  expect(error).toContain(reason);
  expect(await resolve('weights')).toBeNull();
  expect(readdirSync(join(checkout.site, 'cache', 'incoming'))).toEqual([]);
});

test('when nothing gives the asset, the error names every place and source and what helps', async () => {
  served = {};
  const { error } = (await pull('weights')) as { error: string };
  for (const part of ['WATCHPOST_ASSETS_DIR', join(checkout.site, 'shared'), '/moved-away: answered 404', '/weights: answered 404', 'What helps']) {
    expect(error).toContain(part);
  }
});

test('a second choice is fetched only where the first cannot be had', async () => {
  const need = () => checkout.ask<Found>(`answer = await pull.pullNeed('detector');`);
  expect(await need()).toMatchObject({ name: 'weights' });
  expect(asked).not.toContain('/fallback');
});

test('where the first choice cannot be had, the second is taken', async () => {
  delete served['/weights'];
  expect(await checkout.ask<Found>(`answer = await pull.pullNeed('detector');`)).toMatchObject({ name: 'fallback' });
});

test('processes that want the same asset at the same time fetch it once', async () => {
  const found = await Promise.all([pull('weights'), pull('weights'), pull('weights')]);
  expect(new Set(found.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(asked).toEqual(['/moved-away', '/weights']);
});

test('pulling by hand copies what lies in folders into the cache, and mends a cached file that was damaged', async () => {
  checkout.put('shared/models/weights', WEIGHTS);
  const pullAll = () => checkout.ask<{ name: string; found?: Found }[]>(`answer = await pull.pullAssets();`);
  const cached = (await pullAll()).find(({ name }) => name === 'detector')?.found;
  expect(cached).toMatchObject({ name: 'weights', source: 'the cache' });
  const tool = (await pullAll()).find(({ name }) => name === 'temporal')?.found;
  checkout.put(String(tool?.path).slice(checkout.site.length + 1), TOOL.replace('echo', 'ECHO'));
  await pullAll();
  expect(readFileSync(String(tool?.path), 'utf8')).toBe(TOOL);
});

test('a tool is taken from its variable, else from PATH, else from the cache', async () => {
  expect(await pull('temporal-test-tool')).toMatchObject({ source: 'the cache' });
  const onPath = checkout.put('bin/temporal-test-tool', TOOL);
  chmodSync(onPath, 0o755);
  const PATH = `${join(checkout.site, 'bin')}:${process.env['PATH']}`;
  expect(await resolve('temporal-test-tool', { PATH })).toMatchObject({ source: 'PATH', path: onPath });
  const named = checkout.put('named', TOOL);
  chmodSync(named, 0o755);
  expect(await resolve('temporal-test-tool', { PATH, TEST_TOOL_PATH: named })).toMatchObject({ source: 'TEST_TOOL_PATH', path: named });
});

test('a tool that a person named and that is not there is an error, not a reason to take another', async () => {
  const { error } = (await pull('temporal-test-tool', { TEST_TOOL_PATH: '/nowhere/tool' })) as { error: string };
  expect(error).toContain('/nowhere/tool: TEST_TOOL_PATH names no executable file');
  expect(asked).toEqual([]);
  expect(existsSync(join(checkout.site, 'cache'))).toBe(false);
});
