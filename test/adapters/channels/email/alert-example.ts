/** An alert as the deliver activity hands it to a channel. */
import { parseInstant } from '../../../../contracts/time.ts';
import type { AlertMessage } from '../../../../activities/ports/channel.ts';

export const INCIDENT = '0199a0c4-1111-7000-8000-000000000001';
export const DELIVERY_KEY = `${INCIDENT}:0:0:email:anna`;

/** Not a picture that a browser would show, but bytes that must arrive unchanged. */
export const PICTURE = Buffer.from(Array.from({ length: 40_000 }, (_, i) => (i * 7919) % 256));

export const alertExample = (changed: Partial<AlertMessage> = {}): AlertMessage => ({
  about: 'incident',
  to: 'anna@example.com',
  contactId: 'anna',
  incidentId: INCIDENT,
  userId: 'acme',
  deviceId: 'cam1',
  telling: 'opened',
  sentence: 'Person, 02:14, camera Back door',
  severity: 'medium',
  rule: { ruleId: '100', text: 'Unsafe Class: Person | ALL with probability>80%' },
  deviceName: 'Back door',
  capturedAt: parseInstant('2026-11-21T01:14:07Z'),
  localTime: '2026-11-21 02:14:07 CET',
  timeZone: 'Europe/Berlin',
  frame: { frameId: '019aa3d5-8d98-7000-8000-000000000001', tag: 'acme-cam1-20261121T011407.000000Z-Europe~2fBerlin' },
  reasons: [{ path: '0.0', asked: 'person with probability > 80%', found: '87 %' }],
  picture: { jpeg: PICTURE, description: 'Picture of camera Back door, marked: person 87 %' },
  link: 'https://watchpost.example.com/incidents/0199a0c4',
  ...changed,
});
