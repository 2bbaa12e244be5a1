/** Inference thread for ONNX Runtime. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Failure } from '../../../contracts/failures.ts';
import type { OnnxHead } from '../../../contracts/model.ts';
import { serveThread } from '../../threads/serve-thread.ts';
import type { InferenceRequest } from '../inference.ts';
import type { Candidate } from '../overlap.ts';
import { HEADS } from './heads/index.ts';
import { createPlanes } from './planes.ts';

export interface OnnxSetup {
  readonly modelFile: string;
  readonly head: OnnxHead;
  readonly classes: number;
  readonly floor: number;
}

await serveThread<OnnxSetup, InferenceRequest, Candidate[]>({ load: loadModel, defect: 'detector_output_invalid' });

async function loadModel({ modelFile, head: headName, classes, floor }: OnnxSetup): Promise<(request: InferenceRequest) => Promise<Candidate[]>> {
  // One core to a session: two sessions of one core each carry more frames than one session over two, whose threads wait for each other.
  const session = await InferenceSession.create(modelFile, { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: 'sequential', logSeverityLevel: 3 });
  const head = HEADS[headName];
  const pictureInput = pictureInputOf(session.inputNames, head.sizeInput);
  const toPlanes = createPlanes(head.normalisation);

  return async ({ pixels, input, content }) => {
    const feeds: Record<string, Tensor> = { [pictureInput]: new Tensor('float32', toPlanes(pixels, { input, content }), [1, 3, input.height, input.width]) };
    if (head.sizeInput) feeds[head.sizeInput] = new Tensor('int64', BigInt64Array.of(BigInt(input.width), BigInt(input.height)), [1, 2]);
    const outputs = await session.run(feeds);
    return head.read(session.outputNames.map((name) => ({ name, dims: outputs[name]?.dims ?? [], data: outputs[name]?.data })), { input, classes, floor });
  };
}

/** Throws where the file is none of this head: a wrong one must not be found out frame by frame. */
function pictureInputOf(names: readonly string[], sizeInput: string | undefined): string {
  const [picture, ...others] = names.filter((name) => name !== sizeInput);
  const hasSizeInput = sizeInput === undefined || names.includes(sizeInput);
  if (picture === undefined || others.length > 0 || !hasSizeInput) {
    throw new Failure('detector_unavailable', `the model has the inputs ${names.join(', ')}, not one picture${sizeInput === undefined ? '' : ` and ${sizeInput}`}`);
  }
  return picture;
}
