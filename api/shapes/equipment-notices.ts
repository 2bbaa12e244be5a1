/** Equipment notices with their messages. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { NOTICE_KINDS, NOTICE_STATES } from '../../contracts/equipment-notice.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { MessageShape } from './incidents.ts';
import { Count, Instant, Next, Uuid, list, nullable, oneOf } from './primitives.ts';

export const NoticeState = oneOf(NOTICE_STATES, '`closed`: good frames came again for a while, or the device went, was switched off or changed hands.');

export const EquipmentNoticeShape = Type.Object({
  noticeId: Uuid(), kind: oneOf(NOTICE_KINDS, '`void`: its frames show nothing, or nothing new. `silent`: none come. `clock`: its capture times cannot be right.'),
  userId: Type.String({ description: 'Who is told.' }), deviceId: Type.String(), state: NoticeState,
  reason: Type.String({ description: 'Failure code of its latest frame; `no_frames` of a silent device, `clock_jumped_back` of a clock that was put back.' }),
  since: Instant('Capture time of its first frame; of `silent` and `clock` our own time: when it was last heard, when the first frame came.'),
  lastAt: Instant('The same of its latest frame.'), frames: Count('None of `silent`.'), firstFrameId: nullable(Uuid()),
  offSeconds: nullable(Type.Integer({ description: 'Of `clock`: how far ahead of our clock, negative when behind.' })),
  toldWith: nullable(Uuid('Of `silent`: the notice whose messages name this device too.')),
  wellSince: nullable(Instant('The same of the first good frame after its latest one.')),
  openedAt: Instant('When it was told, by the same clock.'), closedAt: nullable(Instant()), createdAt: Instant(),
  severity: oneOf(SEVERITIES, 'Decides which levels of the chain are told.'), acknowledgedAt: nullable(Instant('When somebody took charge.')),
  exhausted: Type.Boolean({ description: 'The chain of its user\'s equipment has nobody further to tell.' }),
  messages: list(MessageShape),
});
export const EquipmentNoticePage = Type.Object({ notices: list(EquipmentNoticeShape), next: Next });

export type EquipmentNotice = Static<typeof EquipmentNoticeShape>;
export type EquipmentNoticePage = Static<typeof EquipmentNoticePage>;
