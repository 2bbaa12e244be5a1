/** Inference thread for coco-ssd on TensorFlow.js, whichever backend it computes on. */
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Failure } from '../../../contracts/failures.ts';
import { serveThread } from '../../threads/serve-thread.ts';
import type { InferenceRequest } from '../inference.ts';
import type { Candidate } from '../overlap.ts';
import type { TfjsBackend } from './backend-choice.ts';
import { startBackend } from './backends.ts';
import { readAnchors } from './coco-ssd-tensor.ts';
import { graphModelSource } from './graph-model-files.ts';

export interface CocoSsdSetup {
  readonly backend: TfjsBackend;
  readonly modelFolder: string;
  readonly scoreFloor: number;
}

// Behind the graph's own resizing, which sharp does faster and better; without its loop the graph also runs synchronously.
const INPUT = 'Preprocessor/sub';
const SCORES = 'Postprocessor/Slice';
const BOXES = 'Postprocessor/ExpandDims_1';

await serveThread<CocoSsdSetup, InferenceRequest, Candidate[]>({ load: loadCocoSsd, defect: 'detector_output_invalid' });

async function loadCocoSsd({ backend, modelFolder, scoreFloor }: CocoSsdSetup): Promise<(request: InferenceRequest) => Candidate[]> {
  await startBackend(backend);
  const model = await loadGraphModel(graphModelSource(modelFolder));

  return ({ pixels, input: { width, height } }) => {
    const outputs = tidy(() => {
      // Trained on -1..1.
      const input = tensor4d(Float32Array.from(pixels, (level) => level / 127.5 - 1), [1, height, width, 3]);
      return model.execute({ [INPUT]: input }, [SCORES, BOXES]) as Tensor[];
    });
    try {
      const [scores, boxes] = outputs.map((tensor) => tensor.dataSync() as Float32Array);
      if (!scores || !boxes) throw new Failure('detector_output_invalid', 'the graph gives no scores or no boxes');
      return readAnchors(scores, boxes, scoreFloor);
    } finally {
      // Each backend keeps a heap of its own, which the garbage collector does not see.
      for (const tensor of outputs) tensor.dispose();
    }
  };
}
