/** Equipment notices with their messages. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import { NOTICE_KINDS, NOTICE_STATES } from '../../contracts/equipment-notice.ts';
import { MessageShape } from './incidents.ts';
import { Count, Instant, Next, Uuid, list, nullable, oneOf } from './primitives.ts';

export const NoticeState = oneOf(NOTICE_STATES, '`closed`: good frames came again for a while, or the device went or changed hands.');

export const EquipmentNoticeShape = Type.Object({
  noticeId: Uuid(), kind: oneOf(NOTICE_KINDS, '`void`: its frames show nothing, or nothing new.'),
  userId: Type.String({ description: 'Who is told.' }), deviceId: Type.String(), state: NoticeState,
  reason: Type.String({ description: 'Failure code of its latest frame.' }),
  since: Instant('Capture time of its first frame.'), lastAt: Instant('Capture time of its latest frame.'), frames: Count(), firstFrameId: Uuid(),
  wellSince: nullable(Instant('Capture time of the first good frame after its latest one.')),
  openedAt: Instant('Capture time of the frame with which it was told.'), closedAt: nullable(Instant()), createdAt: Instant(),
  messages: list(MessageShape),
});
export const EquipmentNoticePage = Type.Object({ notices: list(EquipmentNoticeShape), next: Next });

export type EquipmentNotice = Static<typeof EquipmentNoticeShape>;
export type EquipmentNoticePage = Static<typeof EquipmentNoticePage>;
