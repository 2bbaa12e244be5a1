/** `watchpost models`: which models a device may name, and bringing one of your own. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Option } from 'commander';
import type { Command } from 'commander';
import { ONNX_HEADS } from '../../contracts/model.ts';
import type { InputRule, OnnxHead } from '../../contracts/model.ts';
import { withApiOptions, withClient } from '../api-access.ts';
import type { ApiOptions } from '../api-access.ts';
import { usageError } from '../command-error.ts';
import { answer } from '../context.ts';
import type { Context } from '../context.ts';
import { given } from '../given.ts';
import { table } from '../table.ts';

interface PutOptions extends ApiOptions {
  readonly modelVersion: string;
  readonly head: OnnxHead;
  readonly licence: string;
  readonly side?: string;
  readonly labels?: string;
}

export function addModels(program: Command, context: Context): void {
  const models = program.command('models').description('models: what looks at frames');

  withApiOptions(models.command('list'))
    .description('all models that a device may name')
    .action((options: ApiOptions) => withClient(options, context, async (client) => {
      const found = await client.models();
      answer(context, found, () => table(
        found.models.map(({ name, version, head, input, labels, licence, registeredAt }) => [name, version, head, inputText(input), labels.length, registeredAt === null ? 'of the product' : 'registered', licence]),
        ['model', 'version', 'head', 'input', 'labels', '', 'licence']));
    }));

  withApiOptions(models.command('put').argument('<name>', 'what devices name').argument('<file>', 'ONNX file'))
    .description('register a version of a model; it is tried on a picture first')
    .requiredOption('--model-version <version>', 'names weights and input; other contents need another version')
    .addOption(new Option('--head <head>', 'how its output is read').choices(ONNX_HEADS).makeOptionMandatory())
    .requiredOption('--licence <text>', 'under which the weights may be used')
    .option('--side <pixels>', 'side of its square input; left out: what published files of that head take')
    .option('--labels <file>', 'class names, one on a line, in the order of the network; left out: the 80 of COCO')
    .action((name: string, file: string, options: PutOptions) => withClient(options, context, async (client) => {
      const labels = options.labels === undefined ? undefined : (await read(options.labels)).toString('utf8').split('\n').map((line) => line.trim().toLowerCase()).filter((line) => line !== '');
      const bytes = await read(file);
      await client.uploadWeights(bytes);
      const model = await client.putModel(name, {
        version: options.modelVersion, head: options.head, licence: options.licence, sha256: createHash('sha256').update(bytes).digest('hex'),
        ...given({ labels, input: options.side === undefined ? undefined : { kind: options.head === 'yolox' ? 'letterbox' as const : 'stretch' as const, sidePixels: Number(options.side) } }),
      });
      answer(context, model, () => [`Model ${model.name} is registered, version ${model.version}, ${model.labels.length} labels, input ${inputText(model.input)}.`, `Devices name it by "model": "${model.name}".`]);
    }));

  withApiOptions(models.command('remove').argument('<name>', 'a registered model'))
    .description('remove a model that no device names')
    .action((name: string, options: ApiOptions) => withClient(options, context, async (client) => {
      await client.deleteModel(name);
      answer(context, { name }, () => [`Model ${name} is removed.`]);
    }));
}

const inputText = (input: InputRule): string =>
  (input.kind === 'within' ? `within ${input.longSidePixels} x ${input.shortSidePixels}` : `${input.kind} ${input.sidePixels}`);

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, 'Name a file that this user may read.');
  }
}
