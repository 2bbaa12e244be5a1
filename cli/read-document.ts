/** What a command reads from a file or from standard input: a text, or a document in YAML or JSON. */
import { readFile } from 'node:fs/promises';
import { readYamlValues } from '../policies/language/yaml-values.ts';
import { usageError } from './command-error.ts';
import type { Context } from './context.ts';

/** `-` is standard input. */
export async function readText(file: string, { stdin }: Context): Promise<string> {
  if (file === '-') {
    const chunks: Buffer[] = [];
    for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString('utf8').trimEnd();
  }
  try {
    return (await readFile(file, 'utf8')).trimEnd();
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`, 'Name a file that this user may read, or - for standard input.');
  }
}

/** What the document holds is for the API to judge; here it must only be one mapping. */
export async function readDocument(file: string, context: Context): Promise<Record<string, unknown>> {
  const read = readYamlValues(await readText(file, context));
  if ('fault' in read) throw usageError(`${file}: ${read.fault}`, 'Mend the YAML at that place.');
  const { value } = read;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw usageError(`${file} holds no mapping`, 'Write keys and values, in YAML or JSON; docs/rules.md has examples.');
}
