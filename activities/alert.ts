/** Alert: only for frames with a match. Each match opens an incident, joins the open one or is suppressed with a cause. */
import type { AlertActivities } from '../contracts/activities.ts';
import type { StageInput, StageResult } from '../contracts/pipeline.ts';
import type { SuppressionCause } from '../contracts/terminal-states.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { groupMatch } from '../policies/incident-grouping.ts';
import type { Grouping, GroupingSettings, KnownIncidents } from '../policies/incident-grouping.ts';
import type { StagedFrame, StageLedger } from './ports/staged-frame.ts';
import { runStage } from './stage-run.ts';
import type { StageLog } from './stage-run.ts';

export type Decision =
  | { readonly kind: 'opened' | 'joined'; readonly incidentId: string }
  | { readonly kind: 'suppressed'; readonly cause: SuppressionCause };

/** One rule that calls one frame unsafe. */
export interface MatchToDecide {
  readonly frame: StagedFrame;
  readonly verdict: Verdict;
  /** Of its evidence, each once; empty where the rule matched on nothing that can be named. */
  readonly labels: readonly string[];
  /** The best of its evidence, 0..1; null without any. */
  readonly probability: number | null;
}

/** Why a match shall tell nobody although it could: its user asked for it. */
export type Mute = (match: MatchToDecide) => Extract<SuppressionCause, 'snoozed' | 'known'> | null;

export interface DecidedMatch extends MatchToDecide {
  readonly decision: Decision;
}

export interface Decided {
  readonly matches: readonly DecidedMatch[];
  /** Incidents that people are to be told of now. */
  readonly told: readonly string[];
}

export type GroupMatch = (known: KnownIncidents, match: MatchToDecide) => Grouping;

export interface IncidentLedger extends StageLedger {
  /** The matches of the current run of these frames, in the order of the frames. */
  matches(frames: readonly StagedFrame[]): Promise<readonly MatchToDecide[]>;
  /**
   * One transaction, under the fence and with the incidents of each (user, rule, device) locked: `group` sees them as they are after the matches before
   * and its word is carried out: messages to the first level of the chain, or a note of what is held back and why. A match that was decided before keeps its decision. Matches of frames
   * that the batch holds no more are left out.
   */
  decide(batchId: string, matches: readonly MatchToDecide[], group: GroupMatch): Promise<Decided>;
}

/** Tells the workflow of an incident, or of an equipment notice, that something is due. Best effort: the sweep finds what a lost ring leaves. */
export interface Doorbell {
  ring(id: string): Promise<void>;
}

export interface AlertPorts {
  readonly ledger: IncidentLedger;
  readonly doorbell: Doorbell;
  readonly grouping: GroupingSettings;
  readonly log: StageLog;
}

export function createAlertActivities(ports: AlertPorts): AlertActivities {
  return { raiseAlerts: (input) => raise(input, ports) };
}

async function raise(input: StageInput, { ledger, doorbell, grouping, log }: AlertPorts): Promise<StageResult> {
  const group: GroupMatch = (known, { frame, verdict }) =>
    groupMatch(known, { capturedAt: frame.capturedAt, severity: verdict.severity, replayed: !frame.notify }, grouping);
  const toRing = new Set<string>();
  const { exceptions } = await runStage<void>(input, {
    stage: 'alert', ledger, log, concurrency: 1,
    // All at once and in order: of several frames of one device the first opens the incident and the others join it.
    async prepare(frames) {
      const { matches, told } = await ledger.decide(input.batchId, await ledger.matches(frames), group);
      for (const { frame, verdict, decision } of matches) {
        log.info({ frameId: frame.frameId, tag: frame.tag, ruleId: verdict.ruleId, ...decision }, 'match decided');
        if (decision.kind === 'opened') toRing.add(decision.incidentId);
      }
      for (const incidentId of told) toRing.add(incidentId);
    },
    work: async () => {},
    save: (outcomes) => ledger.save(input.batchId, 'alert', outcomes),
  });
  await Promise.all([...toRing].map((incidentId) => doorbell.ring(incidentId).catch((error: unknown) => {
    log.warn({ incidentId, err: error }, 'doorbell not heard; the sweep will ring again');
  })));
  return { exceptions };
}
