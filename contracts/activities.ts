/** What each stage is asked and answers. Workflows call it through proxies, activities implement it; both sides are held to this. */
import type { DetectResult, EvaluateResult, RecordInput, RecordResult, StageInput, StageResult, ValidateResult } from './pipeline.ts';
import type { DigestInput } from './digest.ts';
import type { NoticeInput } from './equipment-notice.ts';
import type { IncidentInput, IncidentReview, MessageReport } from './incident.ts';
import type { FRAME_STAGES, QueuedStage } from './stages.ts';

/** Stages that are asked for more than positions, or answer more than exceptions. */
interface OwnCalls {
  validate(input: StageInput): Promise<ValidateResult>;
  detect(input: StageInput): Promise<DetectResult>;
  evaluate(input: StageInput): Promise<EvaluateResult>;
  record(input: RecordInput): Promise<RecordResult>;
}

export type StageCall<Name extends QueuedStage> = Name extends keyof OwnCalls ? OwnCalls[Name] : (input: StageInput) => Promise<StageResult>;

/** The activities of a stage, under the name that its row has for them. */
export type StageActivities<Name extends QueuedStage> = { readonly [Activity in (typeof FRAME_STAGES)[Name]['activity']]: StageCall<Name> };

export type ValidateActivities = StageActivities<'validate'>;
export type DetectActivities = StageActivities<'detect'>;
export type EvaluateActivities = StageActivities<'evaluate'>;
export type AlertActivities = StageActivities<'alert'>;
export type RecordActivities = StageActivities<'record'>;

export interface MessageActivities {
  /** Sends every message of the incident that is due. Repeating it sends nothing twice that is known to be sent. */
  deliverMessages(input: IncidentInput): Promise<MessageReport>;
  /** Closes the incident when it has been quiet long enough; tells the next level when nobody has answered in time. */
  reviewIncident(input: IncidentInput): Promise<IncidentReview>;
  /** As `deliverMessages`, of an equipment notice. */
  deliverNotice(input: NoticeInput): Promise<MessageReport>;
  /** As `deliverMessages`, of a digest. */
  deliverDigest(input: DigestInput): Promise<MessageReport>;
}
