/** Inference thread for YOLOX on ONNX Runtime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Failure } from '../../../contracts/failures.ts';
import { serveThread } from '../../threads/serve-thread.ts';
import type { Candidate } from '../overlap.ts';
import type { YoloxInput } from './yolox-input.ts';
import { letterbox, readGrid } from './yolox-tensor.ts';

export interface YoloxSetup {
  readonly modelFile: string;
  readonly classes: number;
  readonly scoreFloor: number;
}

export interface YoloxRequest extends YoloxInput {
  /** RGB of `content`. */
  readonly pixels: Uint8Array;
}

await serveThread<YoloxSetup, YoloxRequest, Candidate[]>({ load: loadYolox, defect: 'detector_output_invalid' });

async function loadYolox({ modelFile, classes, scoreFloor }: YoloxSetup): Promise<(request: YoloxRequest) => Promise<Candidate[]>> {
  // One core to a session: two sessions of one core each carry more frames than one session over two, whose threads wait for each other.
  const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 });
  const [inputName] = session.inputNames;
  const [outputName] = session.outputNames;
  if (inputName === undefined || outputName === undefined) throw new Failure('detector_unavailable', 'the model has no input or no output');
  let reuse: Float32Array | undefined;

  return async ({ pixels, input, content }) => {
    reuse = letterbox(pixels, { input, content }, reuse);
    const outputs = await session.run({ [inputName]: new Tensor('float32', reuse, [1, 3, input.height, input.width]) }, [outputName]);
    const grid = outputs[outputName]?.data;
    if (!(grid instanceof Float32Array)) throw new Failure('detector_output_invalid', 'the output is no tensor of 32-bit floats');
    return readGrid(grid, input, classes, scoreFloor);
  };
}
