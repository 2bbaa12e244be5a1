/** Devices: whose they are and in which zone they stand. */
import { Type } from 'typebox';
import { getDevice, listDevices, putDevice, removeDevice } from '../../adapters/postgres/devices.ts';
import { Failure } from '../../contracts/failures.ts';
import { requireSafeId } from '../../contracts/ids.ts';
import { requireTimeZone } from '../../contracts/time.ts';
import { visibleUser } from '../authenticate.ts';
import { decodeCursor, nextOf } from '../cursor.ts';
import type { ApiDeps } from '../deps.ts';
import type { Routes } from '../plugin.ts';
import { requireModel } from './models.ts';
import { DeviceBody, DevicePage, DeviceShape } from '../shapes/accounts.ts';
import { Cursor, DEFAULT_LIMIT, Id, Limit, strict } from '../shapes/primitives.ts';

const tags = ['accounts'];
const params = Type.Object({ deviceId: Id('Chosen by the admin; letters, digits and . _ : @ -.') });

export const deviceRoutes = ({ pool }: ApiDeps): Routes => (app, _options, done) => {
  app.put('/v1/devices/:deviceId', {
    config: { roles: [] },
    schema: { tags, summary: 'Create or replace a device; its zones stay', params, body: DeviceBody, response: { 200: DeviceShape, 201: DeviceShape } },
  }, async ({ params: { deviceId }, body }, reply) => {
    const { created, ...device } = await putDevice(pool, {
      deviceId: requireSafeId(deviceId, 'deviceId'),
      userId: body.userId,
      name: body.name,
      timeZone: requireTimeZone(body.timeZone),
      enabled: body.enabled ?? true,
      model: body.model === undefined ? null : await requireModel(pool, body.model),
      class: body.class ?? 'camera',
      privacyAreas: body.privacyAreas ?? [],
      silentAfterSeconds: body.silentAfterSeconds ?? null,
    });
    return reply.code(created ? 201 : 200).send(device);
  });

  app.get('/v1/devices/:deviceId', {
    config: { roles: ['customer', 'ingest', 'ops'] },
    schema: { tags, summary: 'One device', params, response: { 200: DeviceShape } },
  }, async ({ params: { deviceId }, holder }) => getDevice(pool, deviceId, holder.userId));

  app.get('/v1/devices', {
    config: { roles: ['customer', 'ops'] },
    schema: {
      tags,
      summary: 'Devices, in order of id',
      querystring: Type.Object({ userId: Type.Optional(Id('Only devices of this user.')), limit: Limit, cursor: Cursor }, strict),
      response: { 200: DevicePage },
    },
  }, async (request) => {
    const { userId, limit = DEFAULT_LIMIT, cursor } = request.query;
    const [after = ''] = cursor === undefined ? [] : decodeCursor(cursor, 1);
    const devices = await listDevices(pool, { userId: visibleUser(request, userId), after, limit });
    return { devices, next: nextOf(devices, limit, ({ deviceId }) => [deviceId]) };
  });

  app.delete('/v1/devices/:deviceId', {
    config: { roles: [] },
    schema: { tags, summary: 'Remove a device and its zones; its frames stay in the ledger', params, response: { 204: Type.Null() } },
  }, async ({ params: { deviceId }, holder }, reply) => {
    if (!(await removeDevice(pool, deviceId, holder.keyId))) throw new Failure('device_unknown', `no device ${deviceId}`);
    return reply.code(204).send(null);
  });

  done();
};
