import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApiUnderTest } from './api-under-test.ts';
import type { ApiUnderTest } from './api-under-test.ts';

let api: ApiUnderTest;
let document: any;
beforeAll(async () => {
  api = await startApiUnderTest();
  document = (await api.app.inject('/openapi.json')).json();
});
afterAll(() => api.close());

const operations = (): [string, any][] =>
  Object.entries<any>(document.paths).flatMap(([path, methods]) => Object.entries<any>(methods).map(([method, operation]): [string, any] => [`${method} ${path}`, operation]));

function* refsIn(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === '$ref') yield inner as string;
    else yield* refsIn(inner);
  }
}

describe('the OpenAPI document', () => {
  it('is of version 3.1 and has everything that the outside contract promises', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Watchpost', version: expect.stringMatching(/^\d+\.\d+\.\d+$/) } });
    for (const path of [
      '/v1/devices/{deviceId}/frames', '/v1/frames', '/v1/frames/{frameId}', '/v1/frames/{frameId}/image', '/v1/rules/{ruleId}', '/v1/rules', '/v1/rules/check', '/v1/users/{userId}/rules',
      '/v1/users/{userId}', '/v1/devices/{deviceId}', '/v1/contacts/{contactId}', '/v1/keys', '/v1/incidents', '/v1/incidents/{incidentId}', '/v1/incidents/{incidentId}/ack', '/v1/incidents/{incidentId}/resolve', '/v1/incidents/{incidentId}/label', '/v1/messages', '/v1/ops/dead-letters', '/v1/ops/dead-letters/resend', '/v1/invalid-frames', '/v1/invalid-frames/counts', '/v1/equipment-notices', '/v1/models', '/v1/ops/failed', '/v1/ops/replay',
      '/v1/ops/accounting', '/v1/rules/{ruleId}/versions', '/v1/rules/schema.json', '/v1/users/{userId}/policies', '/v1/groups/{groupId}/members', '/v1/groups/{groupId}/rules',
      '/v1/groups/{groupId}/policies', '/v1/policies/{policyId}/versions', '/v1/assignments', '/v1/devices/{deviceId}/zones', '/v1/changes', '/healthz', '/readyz', '/metrics',
    ]) expect(Object.keys(document.paths)).toContain(path);
    for (const path of ['/v1/users/{userId}', '/v1/devices/{deviceId}', '/v1/contacts/{contactId}', '/v1/rules/{ruleId}', '/v1/groups/{groupId}', '/v1/policies/{policyId}', '/v1/chains/{chainId}']) {
      expect(Object.keys(document.paths[path]).sort(), path).toEqual(['delete', 'get', 'put']);
    }
  });

  it('describes every operation: what it is for, what comes back, that it may be refused, and its path parameters', () => {
    for (const [name, operation] of operations()) {
      expect(operation.summary, name).toMatch(/^[A-Z]/);
      expect(operation.tags, name).toHaveLength(1);
      expect(document.tags.map((tag: { name: string }) => tag.name), name).toContain(operation.tags[0]);
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2')), name).toBe(true);
      expect(operation.responses.default.content['application/problem+json'].schema, name).toEqual({ $ref: '#/components/schemas/Problem' });
      const named = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      expect(operation.parameters?.filter((parameter: any) => parameter.in === 'path').map((parameter: any) => parameter.name) ?? [], name).toEqual(named);
    }
  });

  it('asks for a key everywhere but at the doors for watchers and for the schema that editors ask for', () => {
    const open = operations().filter(([, operation]) => operation.security.length === 0).map(([name]) => name);
    expect(open.sort()).toEqual(['get /healthz', 'get /metrics', 'get /readyz', 'get /v1/rules/schema.json']);
    expect(document.components.securitySchemes.key).toEqual({ type: 'http', scheme: 'bearer' });
  });

  it('describes the bodies that are no JSON', () => {
    expect(Object.keys(document.paths['/v1/devices/{deviceId}/frames'].post.requestBody.content)).toEqual(['image/jpeg', 'image/png', 'image/webp']);
    const form = document.paths['/v1/frames'].post.requestBody.content;
    expect(Object.keys(form)).toEqual(['multipart/form-data']);
    expect(form['multipart/form-data'].schema).toMatchObject({
      required: ['manifest', 'picture'],
      properties: { manifest: { properties: { frames: { maxItems: 64, items: { required: ['deviceId', 'capturedAt'] } } } }, picture: { type: 'array', items: { format: 'binary' } } },
    });
    for (const type of ['text/plain', 'application/yaml']) expect(document.paths['/v1/rules/{ruleId}'].put.requestBody.content[type].schema).toEqual({ type: 'string' });
    expect(document.paths['/v1/rules/check'].post.requestBody.content['application/json'].schema.anyOf).toHaveLength(2);
    expect(document.paths['/v1/frames/{frameId}/image'].get.responses['200'].content['image/jpeg'].schema.format).toBe('binary');
  });

  it('points at nothing that is not there', () => {
    for (const ref of refsIn(document)) {
      const [, ...steps] = ref.split('/');
      expect(steps.reduce((place, step) => place?.[step], document), ref).toBeDefined();
    }
  });
});

describe('the page of the API', () => {
  it('is served with everything that it loads, from here alone', async () => {
    const page = await api.app.inject('/docs');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => String(url));
    expect(loaded.length).toBeGreaterThan(3);
    for (const url of loaded) {
      const { pathname, origin } = new URL(url, 'http://here/docs');
      expect(origin).toBe('http://here');
      expect((await api.app.inject(pathname)).statusCode, pathname).toBe(200);
    }
    expect((await api.app.inject('/docs/json')).json().paths).toEqual(document.paths);
  });

  it('bears our name, and no top bar with the logo of somebody else', async () => {
    expect((await api.app.inject('/docs')).body).toContain('<title>Watchpost API</title>');
    expect((await api.app.inject('/docs/static/swagger-initializer.js')).body).toContain('"layout":"BaseLayout"');
  });
});
