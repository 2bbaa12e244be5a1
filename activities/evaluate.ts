/** Evaluate: what the user's rules say of a frame. The engine is pure; this fetches what it needs and stores what it says, once. */
import type { EvaluateActivities } from '../contracts/activities.ts';
import type { Detection } from '../contracts/detection.ts';
import { Failure } from '../contracts/failures.ts';
import type { EvaluateResult, StageInput } from '../contracts/pipeline.ts';
import type { AssignedRule } from '../contracts/rule.ts';
import type { Verdict } from '../contracts/verdict.ts';
import { EMPTY_MEMORY, advance } from '../policies/memory/device-memory.ts';
import type { DeviceMemory } from '../policies/memory/device-memory.ts';
import { evaluate } from '../policies/evaluate.ts';
import type { StagedFrame, StageLedger } from './ports/staged-frame.ts';
import { runStage } from './stage-run.ts';
import type { StageLog, Worked } from './stage-run.ts';

export interface Judgement {
  readonly verdicts: readonly Verdict[];
  readonly matched: boolean;
  readonly late: boolean;
  /** The memory to store with the verdict; null when it did not move. */
  readonly memory: DeviceMemory | null;
}

export interface KeptMemory {
  readonly memory: DeviceMemory;
  /** Counts moves; 0 for a device without a memory yet. A move on an older revision is refused. */
  readonly revision: number;
}

/** What one frame is judged by. */
export interface CaseFile {
  /** Null where the detector left nothing. */
  readonly detections: readonly Detection[] | null;
  /** Rules assigned to the frame's user that cover its device, current versions. The same version is the same object, so it compiles once. */
  readonly rules: readonly AssignedRule[];
  /** The verdicts of this run, when an earlier batch got that far and was lost: they win, and the memory stays as it is. */
  readonly stored: Judgement | null;
}

export interface JudgementLedger extends Pick<StageLedger, 'load'> {
  /** By frame id; one for each frame. */
  caseFiles(frames: readonly StagedFrame[]): Promise<ReadonlyMap<string, CaseFile>>;
  /** By device id; one for each device. */
  memories(deviceIds: readonly string[]): Promise<ReadonlyMap<string, KeptMemory>>;
  /** Verdicts and memories in one transaction; `lane_conflict` when a memory is not at the revision in `seen`. */
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
  const memories = new Map<string, DeviceMemory>();
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
    work: async (frame) => files.get(frame.frameId)?.stored ?? judge(frame, files.get(frame.frameId)),
    save: (outcomes) => ledger.saveJudgements(input.batchId, outcomes, seen),
  });
  return { exceptions, matched: await ledger.matched(input.batchId, input.positions) };

  function judge(frame: StagedFrame, file: CaseFile | undefined): Judgement {
    if (!file?.detections) throw new Failure('stage_defect', 'the frame reached evaluate without detections');
    const before = memories.get(frame.deviceId) ?? EMPTY_MEMORY;
    // A replay judges anew but remembers nothing: its moment has long passed through the memory.
    const step = frame.run === 1 ? advance(before, frame) : { memory: before, late: true, clockJumpedBack: false };
    if (step.clockJumpedBack) log.warn({ deviceId: frame.deviceId, frameId: frame.frameId }, 'the clock of the device jumped back');
    const { verdicts, memory: remembered } = evaluate(file.rules, { detections: file.detections, capturedAt: frame.capturedAt }, step.memory);
    // What rules remember does not move for a frame that came late; the note that it came late does.
    const memory = step.late ? step.memory : remembered;
    memories.set(frame.deviceId, memory);
    return {
      verdicts, matched: verdicts.some((verdict) => verdict.matched), late: step.late && frame.run === 1, memory: memory === before ? null : memory,
    };
  }
}
