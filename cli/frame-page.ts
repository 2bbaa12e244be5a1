/** Everything that is known of one frame, for a person who wants to know why. */
import type { FrameStatus } from '../api/shapes/frames.ts';
import { elapsedMs, localTime } from '../contracts/time.ts';
import { facts, table } from './table.ts';
import type { Row } from './table.ts';
import { bytes, duration, moment, share } from './wording.ts';

export function describeFrame(frame: FrameStatus): string[] {
  return [
    ...facts([
      ['frame', frame.frameId],
      ['state', frame.reason === null ? frame.state : `${frame.state}: ${frame.reason}${frame.stage === null ? '' : `, in ${frame.stage}`}`],
      ['tag', frame.tag],
      ['captured', `${localTime(frame.capturedAt, frame.timeZone)}${frame.late ? ', late' : ''}`],
      ['accepted', `${moment(frame.acceptedAt)} UTC${frame.settledAt === null ? '' : `, settled after ${duration(elapsedMs(frame.acceptedAt, frame.settledAt))}`}`],
      ['picture', `${frame.mediaType}, ${bytes(frame.sizeBytes)}${frame.width === null ? '' : `, ${frame.width} x ${frame.height} pixels`}`],
      ...(frame.model === null ? [] : [['model', `${frame.model.name} ${frame.model.version} on ${frame.model.runtime}, calibration ${frame.model.calibration}`]]),
      ...(frame.ruleSet === null ? [] : [['rule set', `${frame.ruleSet.id}, ${frame.ruleSet.rules === 1 ? '1 rule' : `${frame.ruleSet.rules} rules`}`]]),
      ...(frame.runs > 1 ? [['run', `${frame.runs}, replayed`]] : []),
      ...frame.warnings.map((warning) => ['warning', warning]),
    ]),
    ...section('Stages', table(frame.stages.map(stageRow), ['stage', 'outcome', 'began (UTC)', 'took', 'worker'])),
    ...section('Batches', table(frame.batches.map(({ batchId, workflowId, runId, claimedAt, closedBecause }) =>
      [batchId, workflowId === batchId ? 'the same' : workflowId, runId, moment(claimedAt), closedBecause ?? 'open']), ['batch', 'workflow', 'run', 'claimed (UTC)', 'closed'])),
    ...section('Detections', table(frame.detections.map(({ label, probability, score, box }, index) =>
      [index, label, share(probability), score.toFixed(3), box.map(Math.round).join(' ')]), ['#', 'label', 'probability', 'score', 'box'])),
    ...section('Verdicts', frame.verdicts.flatMap(verdictLines)),
    ...section('Incidents', frame.incidents.map(({ incidentId, ruleId, state }) => `${incidentId}  rule ${ruleId}, ${state}`)),
    ...section('Told nobody', frame.suppressions.map(({ ruleId, cause }) => `rule ${ruleId}: ${cause}`)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]);

const stageRow = ({ stage, outcome, code, detail, startedAt, finishedAt, worker }: FrameStatus['stages'][number]): Row =>
  [stage, [outcome, code, detail].filter((part) => part !== null).join(': '), startedAt.slice(11, 23), duration(elapsedMs(startedAt, finishedAt)), worker];

function verdictLines({ ruleId, ruleVersion, matched, severity, clauses, evidence }: FrameStatus['verdicts'][number]): string[] {
  return [
    `rule ${ruleId} version ${ruleVersion}: ${matched ? `MATCH, ${severity}${evidence.length > 0 ? ` on ${evidence.map((index) => `#${index}`).join(', ')}` : ''}` : 'no match'}`,
    ...table(clauses.map((clause) => [clause.holds ? 'holds' : 'not', clause.text, numbers(clause)])).map((line) => `  ${line}`),
  ];
}

function numbers({ compared, threshold, unit }: FrameStatus['verdicts'][number]['clauses'][number]): string {
  if (threshold === null) return '';
  return compared === null ? 'nothing of the kind seen' : `${Number(compared.toFixed(4))} against ${threshold}${unit === 'seconds' ? ' s' : ''}`;
}
