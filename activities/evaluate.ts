/** Evaluate: what the user's rules say of a frame. The engine is pure; this fetches what it needs and stores what it says, once. */
import type { EvaluateActivities } from '../contracts/activities.ts';
import { Failure } from '../contracts/failures.ts';
import type { EvaluateResult, StageInput } from '../contracts/pipeline.ts';
import type { RuleSet } from '../contracts/rule.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { evaluate } from '../policies/evaluate.ts';
import { beganToFollow, judgeInOrder, rememberPast, withPast } from '../policies/judge.ts';
import type { Judged, SeenFrame } from '../policies/judge.ts';
import { EMPTY_MEMORY } from '../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../policies/memory/device-memory.ts';
import type { StagedFrame, StageLedger } from './ports/staged-frame.ts';
import { runStage } from './stage-run.ts';
import type { StageLog, Worked } from './stage-run.ts';

export interface Judgement {
  /** Of the rules that the frame touched; what the others of the set say is the same for every frame. */
  readonly verdicts: readonly Verdict[];
  readonly matched: boolean;
  readonly late: boolean;
  /** The memory to store with the verdict; null when it did not move. */
  readonly memory: DeviceMemory | null;
  /** What it was judged by; null for one that was stored before. */
  readonly ruleSet: RuleSet | null;
  /** The clock of the device was put back before this frame. */
  readonly clockJumpedBack?: boolean;
}

export interface KeptMemory {
  /** Null for a device without one, and for one that cannot be read any more. */
  readonly memory: DeviceMemory | null;
  /** Counts moves; 0 for a device without a memory yet. A move on an older revision is refused. */
  readonly revision: number;
}

/** What one frame is judged by. */
export interface CaseFile {
  /** Null where the detector left nothing. */
  readonly view: Pick<SeenFrame, 'detections' | 'width' | 'height'> | null;
  /** All frames of one user and device in one call are given the same set. Equal sets are the same object, so they compile once. */
  readonly ruleSet: RuleSet;
  /** The verdicts of this run, when an earlier batch got that far and was lost: they win, and the memory stays as it is. */
  readonly stored: Judgement | null;
}

export interface JudgementLedger extends Pick<StageLedger, 'load'> {
  /** By frame id; one for each frame. */
  caseFiles(frames: readonly StagedFrame[]): Promise<ReadonlyMap<string, CaseFile>>;
  /** By device id; one for each device. */
  memories(deviceIds: readonly string[]): Promise<ReadonlyMap<string, KeptMemory>>;
  /** The frames of the device that were judged last, in capture order, as far back as its rules need them; none for a device that is new. */
  lookBack(frame: StagedFrame): Promise<readonly SeenFrame[]>;
  /** Verdicts, rule sets and memories in one transaction; `lane_conflict` when a memory is not at the revision in `seen`. */
  saveJudgements(batchId: string, outcomes: readonly Worked<Judgement>[], seen: ReadonlyMap<string, number>): Promise<void>;
  /** Positions among these whose stored verdict of the current run has a match. */
  matched(batchId: string, positions: readonly number[]): Promise<number[]>;
}

export interface EvaluatePorts {
  readonly ledger: JudgementLedger;
  readonly log: StageLog;
}

export function createEvaluateActivities({ ledger, log }: EvaluatePorts): EvaluateActivities {
  return { evaluateRules: (input) => judgeBatch(input, ledger, log) };
}

async function judgeBatch(input: StageInput, ledger: JudgementLedger, log: StageLog): Promise<EvaluateResult> {
  const memories = new Map<string, DeviceMemory | null>();
  const seen = new Map<string, number>();
  let files: ReadonlyMap<string, CaseFile> = new Map();
  const { exceptions } = await runStage<Judgement>(input, {
    stage: 'evaluate', ledger, log,
    // One at a time, in capture order: the memory after a frame is the memory before the next one of its device.
    concurrency: 1,
    async prepare(frames) {
      const kept = await ledger.memories([...new Set(frames.map(({ deviceId }) => deviceId))]);
      for (const [deviceId, { memory, revision }] of kept) {
        memories.set(deviceId, memory);
        seen.set(deviceId, revision);
      }
      files = await ledger.caseFiles(frames);
    },
    work: async (frame) => files.get(frame.frameId)?.stored ?? await judge(frame, files.get(frame.frameId)),
    save: (outcomes) => ledger.saveJudgements(input.batchId, outcomes, seen),
  });
  return { exceptions, matched: await ledger.matched(input.batchId, input.positions) };

  async function judge(frame: StagedFrame, file: CaseFile | undefined): Promise<Judgement> {
    if (!file?.view) throw new Failure('stage_defect', 'the frame reached evaluate without detections');
    const { view, ruleSet } = file;
    const kept = memories.get(frame.deviceId) ?? null;
    if (frame.run > 1) {
      // A replay judges anew but remembers nothing: its moment has long passed through the memory.
      const { verdicts } = evaluate(ruleSet, { ...view, capturedAt: frame.capturedAt, late: true }, kept ?? EMPTY_MEMORY);
      return { verdicts, matched: anyMatch(verdicts), late: false, memory: null, ruleSet };
    }
    const { verdicts, memory, late, clockJumpedBack } = await judgeWithPast(ruleSet, frame, { ...frame, ...view }, kept);
    if (clockJumpedBack) log.warn({ deviceId: frame.deviceId, frameId: frame.frameId }, 'the clock of the device jumped back');
    memories.set(frame.deviceId, memory);
    return { verdicts, matched: anyMatch(verdicts), late, memory: memory === kept ? null : memory, ruleSet, clockJumpedBack };
  }

  /** A memory that was lost, or that a new rule needs more of, is made again from the frames before; their verdicts stay as they are. */
  async function judgeWithPast(ruleSet: RuleSet, frame: StagedFrame, seenFrame: SeenFrame, kept: DeviceMemory | null): Promise<Judged> {
    if (kept === null) {
      const past = await ledger.lookBack(frame);
      if (past.length > 0) log.info({ deviceId: frame.deviceId, frames: past.length }, 'the memory of the device is made again from its last frames');
      return judgeInOrder(ruleSet, seenFrame, rememberPast(ruleSet, past));
    }
    const judged = judgeInOrder(ruleSet, seenFrame, kept);
    if (!beganToFollow(kept, judged)) return judged;
    const past = await ledger.lookBack(frame);
    return past.length === 0 ? judged : judgeInOrder(ruleSet, seenFrame, withPast(kept, rememberPast(ruleSet, past)));
  }
}

const anyMatch = (verdicts: readonly Verdict[]): boolean => verdicts.some(({ matched }) => matched);
