/** Frames as callers see them. */
import { Type } from 'typebox';
import type { Static } from 'typebox';
import type { Box } from '../../contracts/detection.ts';
import { INCIDENT_STATES } from '../../contracts/incident.ts';
import { SEVERITIES } from '../../contracts/severity.ts';
import { SUPPRESSION_CAUSES, TERMINAL_STATES } from '../../contracts/terminal-states.ts';
import { CLAUSE_UNITS } from '../../contracts/verdict.ts';
import { Count, Instant, Next, Text, Uuid, list, nullable, oneOf } from './primitives.ts';
import { RuleSetId } from './rule-sets.ts';

export const FRAME_STATES = ['accepted', 'processing', ...TERMINAL_STATES] as const;
const FrameState = oneOf(FRAME_STATES, '`accepted` waits, `processing` is in a batch, all others are the end.');
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });

export const Receipt = Type.Object({
  frameId: Uuid('Names the frame from now on.'),
  status: oneOf(['accepted', 'duplicate'], '`duplicate`: these bytes of this moment were accepted before; this is that frame.'),
  statusUrl: Type.String({ description: 'What becomes of it.' }),
  tag: Type.String({ description: '<user>-<device>-<time>-<zone>' }),
  capturedAt: Instant('As given, or the next free microsecond when other bytes of the device hold that moment.'),
});

export const DetectionShape = Type.Object({
  label: Type.String({ description: 'Class name of the model.' }),
  score: Type.Number({ description: 'The model\'s own number, 0..1.' }),
  probability: Type.Number({ description: 'After calibration, 0..1; rules compare this.' }),
  box: Type.Unsafe<Box>({
    type: 'array', items: { type: 'number' }, minItems: 4, maxItems: 4, description: '[x, y, width, height] in pixels of the upright original.',
  }),
});

export const ModelShape = Type.Object({
  name: Type.String(), version: Type.String(), sha256: Type.String({ description: 'Of the weights, hex.' }),
  runtime: Type.String({ description: 'What ran it.' }), calibration: Type.String({ description: 'Table from score to probability; `none`: they are equal.' }),
});

const VerdictShape = Type.Object({
  ruleId: Type.String(),
  ruleVersion: Type.Integer(),
  matched: Type.Boolean({ description: 'True: the rule calls this frame unsafe.' }),
  severity: oneOf(SEVERITIES, 'How bad a match is.'),
  clauses: list(Type.Object({
    path: Type.String(), text: Type.String(), holds: Type.Boolean(), compared: nullable(Type.Number()), threshold: nullable(Type.Number()),
    unit: Type.Optional(nullable(oneOf(CLAUSE_UNITS, 'Of both numbers; verdicts from before units were told have none: probabilities.'))),
  })),
  evidence: list(Type.Integer(), { description: 'Indexes of detections.' }),
});

const listed = {
  frameId: Uuid(), userId: Type.String(), deviceId: Type.String(), tag: Type.String(), state: FrameState,
  reason: nullable(Type.String({ description: 'Failure code of a rejected or failed frame, cause of a suppressed one.' })),
  stage: nullable(Type.String({ description: 'Stage that refused or failed it.' })),
  capturedAt: Instant('The moment in the tag.'), acceptedAt: Instant(), settledAt: nullable(Instant()),
};

export const ListedFrame = Type.Object(listed);
export const FramePage = Type.Object({ frames: list(ListedFrame), next: Next });

export const FailedFrame = Type.Object({
  ...listed, settledAt: Instant(), detail: nullable(Type.String()), batchId: Uuid(), runs: Count('1, and one more per replay.'),
});
export const FailedPage = Type.Object({ frames: list(FailedFrame), next: Next });

export const FrameStatusShape = Type.Object({
  ...listed,
  timeZone: Type.String(), givenCapturedAt: Instant('As the camera service gave it.'),
  late: Type.Boolean({ description: 'Judged after a frame of the device with a later capture time.' }),
  runs: Count('1, and one more per replay.'),
  mediaType: Type.String(), sizeBytes: Count(), sha256: Sha256, standardSha256: nullable(Sha256),
  width: nullable(Type.Integer({ description: 'Pixels of the upright original, which boxes refer to.' })), height: nullable(Type.Integer()),
  warnings: list(Type.String(), { description: 'What validate noticed and let pass.' }),
  model: nullable(ModelShape), detections: list(DetectionShape), detectionsPath: nullable(Type.String()),
  verdicts: list(VerdictShape, { description: 'Of every rule of the set, in order of rule id.' }),
  ruleSet: nullable(Type.Object({ id: RuleSetId, rules: Count('How many.') }, { description: 'What the latest run was judged by; null: not judged, or before sets were recorded.' })),
  incidents: list(Type.Object({ incidentId: Uuid(), ruleId: Type.String(), ruleVersion: Type.Integer(), state: oneOf(INCIDENT_STATES) })),
  suppressions: list(Type.Object({ ruleId: Type.String(), ruleVersion: Type.Integer(), cause: oneOf(SUPPRESSION_CAUSES) })),
  stages: list(Type.Object({
    stage: Type.String(), outcome: oneOf(['done', 'refused', 'retry', 'failed']), code: nullable(Type.String()), detail: nullable(Type.String()),
    startedAt: Instant(), finishedAt: Instant(), worker: Type.String(), batchId: Uuid(),
  })),
  batches: list(Type.Object({
    batchId: Uuid(), workflowId: Type.String(), runId: nullable(Type.String()), placement: Type.String(),
    claimedAt: Instant(), startedAt: nullable(Instant()), closedAt: nullable(Instant()), closedBecause: nullable(Type.String()),
  })),
  imageUrl: Type.String(),
});

export const FrameFilter = {
  deviceId: Type.Optional(Text('Only frames of this device.', 500)),
  userId: Type.Optional(Text('Only frames of this user.', 500)),
  state: Type.Optional(FrameState),
  from: Type.Optional(Text('Capture time, RFC 3339, inclusive.', 60)),
  to: Type.Optional(Text('Capture time, RFC 3339, exclusive.', 60)),
};

export type Receipt = Static<typeof Receipt>;
export type FrameStatus = Static<typeof FrameStatusShape>;
export type FramePage = Static<typeof FramePage>;
export type FailedPage = Static<typeof FailedPage>;
