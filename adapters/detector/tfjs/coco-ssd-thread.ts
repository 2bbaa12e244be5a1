/** Inference thread for coco-ssd on TensorFlow.js with its WebAssembly backend. */
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { ready, setBackend, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { Failure } from '../../../contracts/failures.ts';
import { serveThread } from '../../threads/serve-thread.ts';
import type { Candidate } from '../overlap.ts';
import { readAnchors } from './coco-ssd-tensor.ts';
import { graphModelSource } from './graph-model-files.ts';

export interface CocoSsdSetup {
  readonly modelFolder: string;
  readonly sidePixels: number;
  readonly scoreFloor: number;
}

export interface CocoSsdRequest {
  /** RGB, `sidePixels` square. */
  readonly pixels: Uint8Array;
}

// Behind the graph's own resizing, which sharp does faster and better; without its loop the graph also runs synchronously.
const INPUT = 'Preprocessor/sub';
const SCORES = 'Postprocessor/Slice';
const BOXES = 'Postprocessor/ExpandDims_1';

await serveThread<CocoSsdSetup, CocoSsdRequest, Candidate[]>({ load: loadCocoSsd, defect: 'detector_output_invalid' });

async function loadCocoSsd({ modelFolder, sidePixels, scoreFloor }: CocoSsdSetup): Promise<(request: CocoSsdRequest) => Candidate[]> {
  const backend = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(join(dirname(backend), 'wasm-out') + sep);
  if (!(await setBackend('wasm'))) throw new Failure('detector_unavailable', 'the WebAssembly backend of TensorFlow.js does not start');
  await ready();
  const model = await loadGraphModel(graphModelSource(modelFolder));

  return ({ pixels }) => {
    const outputs = tidy(() => {
      // Trained on -1..1.
      const input = tensor4d(Float32Array.from(pixels, (level) => level / 127.5 - 1), [1, sidePixels, sidePixels, 3]);
      return model.execute({ [INPUT]: input }, [SCORES, BOXES]) as Tensor[];
    });
    try {
      const [scores, boxes] = outputs.map((tensor) => tensor.dataSync() as Float32Array);
      if (!scores || !boxes) throw new Failure('detector_output_invalid', 'the graph gives no scores or no boxes');
      return readAnchors(scores, boxes, scoreFloor);
    } finally {
      // The backend keeps its own heap, which the garbage collector does not see.
      for (const tensor of outputs) tensor.dispose();
    }
  };
}
