/** Validate: may this device send, is this a picture that can be judged, and another than before? Writes the standardised frame that all later stages read. */
import { Failure } from '../contracts/failures.ts';
import type { ValidateActivities } from '../contracts/activities.ts';
import type { StageInput, ValidateResult } from '../contracts/pipeline.ts';
import { STAGES } from '../contracts/stages.ts';
import type { PictureSignature } from '../policies/picture-signature.ts';
import { watchingDeaths } from './death-watch.ts';
import { judgeRhythms } from './frozen-pictures.ts';
import type { FrozenLimits, RhythmMove, Rhythms } from './frozen-pictures.ts';
import type { FrameStore } from './ports/frame-store.ts';
import type { ImageReader } from './ports/image-reader.ts';
import type { StagedFrame, StageLedger } from './ports/staged-frame.ts';
import { runStage, unfinished } from './stage-run.ts';
import type { StageLog, Worked } from './stage-run.ts';

/** The standardised picture as the ledger keeps it; pixels. */
export interface Standardised {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  readonly standardWidth: number;
  readonly standardHeight: number;
  readonly warnings: readonly string[];
}

export interface ValidationLedger extends Pick<StageLedger, 'load'> {
  /** Of those devices that have a rhythm. */
  rhythms(deviceIds: readonly string[]): Promise<Rhythms>;
  /**
   * Stage results, the standardised picture of good frames, a row in the invalid-frame repository for each refused one, and the rhythms of their devices; all or
   * nothing. Throws `lane_conflict` when a rhythm has moved since it was read.
   */
  saveValidations(batchId: string, outcomes: readonly Worked<Standardised>[], moves: readonly RhythmMove[]): Promise<void>;
}

export interface ValidatePorts {
  readonly ledger: ValidationLedger;
  readonly store: Pick<FrameStore, 'get' | 'put'>;
  readonly images: ImageReader;
  readonly log: StageLog;
  /** Pictures decoded at once; each holds its pixels in memory. */
  readonly concurrency: number;
  readonly limits: FrozenLimits;
}

export function createValidateActivities(ports: ValidatePorts): ValidateActivities {
  const nothing: ValidateResult = { exceptions: [], owners: [] };
  return {
    validateFrames: (input) => watchingDeaths(
      input, STAGES.validate.heartbeatMs, nothing, (asked) => unfinished(asked, 'validate', ports.ledger), (asked) => validate(asked, ports)),
  };
}

async function validate(input: StageInput, ports: ValidatePorts): Promise<ValidateResult> {
  const signatures = new Map<string, PictureSignature>();
  let rhythms: Rhythms = new Map();
  let moves: readonly RhythmMove[] = [];
  const { frames, exceptions } = await runStage<Standardised>(input, {
    stage: 'validate', ledger: ports.ledger, log: ports.log, concurrency: ports.concurrency,
    async prepare(fresh) { rhythms = await ports.ledger.rhythms([...new Set(fresh.map(({ deviceId }) => deviceId))]); },
    async work(frame) {
      const { signature, ...standardised } = await standardise(frame, ports);
      signatures.set(frame.frameId, signature);
      return standardised;
    },
    review(worked) {
      const judged = judgeRhythms(worked, signatures, rhythms, ports.limits);
      moves = judged.moves;
      return judged.outcomes;
    },
    save: (outcomes) => ports.ledger.saveValidations(input.batchId, outcomes, moves),
  });
  const out = new Set(exceptions.map(({ position }) => position));
  const owners = frames
    .filter(({ position }) => !out.has(position))
    .map(({ position, userId, timeZone }) => ({ position, userId, timeZone }));
  return { exceptions, owners };
}

async function standardise(frame: StagedFrame, { store, images }: ValidatePorts): Promise<Standardised & { readonly signature: PictureSignature }> {
  // Before any pixel: bytes of a device that was switched off are not even decoded.
  if (!frame.enabled) throw new Failure('frame_of_disabled_device', `device ${frame.deviceId} or its user is switched off or gone`);
  const bytes = await store.get(frame.sha256);
  const picture = await images.standardise(bytes, { deviceClass: frame.deviceClass, privacyAreas: frame.privacyAreas });
  // Most cameras send nothing that has to go. Then the frame is its own standardised picture, and lies there already.
  const { sha256 } = picture.jpeg.equals(bytes) ? frame : await store.put(picture.jpeg);
  return {
    sha256, width: picture.width, height: picture.height, warnings: picture.warnings,
    standardWidth: picture.standardisedWidth, standardHeight: picture.standardisedHeight, signature: picture.signature,
  };
}
