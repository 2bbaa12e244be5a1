/** Reads a TensorFlow.js graph model from a folder: `model.json` and the weight files it names. */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';

const readManifest = async (folder: string): Promise<io.ModelJSON> => JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as io.ModelJSON;

/** `basename`, so that a manifest cannot lead out of its folder. */
const weightFiles = (folder: string, { weightsManifest }: io.ModelJSON): string[] =>
  weightsManifest.flatMap(({ paths }) => paths.map((path) => join(folder, basename(path))));

/** All files of the model in the order of its manifest. */
export async function listModelFiles(folder: string): Promise<string[]> {
  return [join(folder, 'model.json'), ...weightFiles(folder, await readManifest(folder))];
}

export function graphModelSource(folder: string): io.IOHandler {
  return {
    async load() {
      const manifest = await readManifest(folder);
      const shards = await Promise.all(weightFiles(folder, manifest).map((file) => readFile(file)));
      // A copy of its own: a Buffer may be a window on memory that others use.
      const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
      return { modelTopology: manifest.modelTopology, weightSpecs: manifest.weightsManifest.flatMap(({ weights }) => weights), weightData };
    },
  };
}
