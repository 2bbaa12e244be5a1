/** One interface per stage. Workflows call them through proxies, activities implement them; both sides are held to these. */
import type { EvaluateResult, RecordInput, RecordResult, StageInput, StageResult, ValidateResult } from './pipeline.ts';
import type { IncidentInput, IncidentReview, MessageReport } from './incident.ts';

export interface ValidateActivities {
  validateFrames(input: StageInput): Promise<ValidateResult>;
}
export interface DetectActivities {
  detectObjects(input: StageInput): Promise<StageResult>;
}
export interface EvaluateActivities {
  evaluateRules(input: StageInput): Promise<EvaluateResult>;
}
export interface AlertActivities {
  raiseAlerts(input: StageInput): Promise<StageResult>;
}
export interface RecordActivities {
  recordOutcomes(input: RecordInput): Promise<RecordResult>;
}
export interface MessageActivities {
  /** Sends every message of the incident that is due. Repeating it sends nothing twice that is known to be sent. */
  deliverMessages(input: IncidentInput): Promise<MessageReport>;
  /** Closes the incident when it has been quiet long enough. */
  reviewIncident(input: IncidentInput): Promise<IncidentReview>;
}
