/** Types the commands of a page of the docs, and writes its files, in the order in which a reader meets them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fences, fileOf } from '../support/doc-fences.ts';
import type { Fence } from '../support/doc-fences.ts';
import type { CommandLine, Ran } from './command-line.ts';

export interface Typed {
  readonly command: string;
  readonly ran: Ran;
}

/** `other`: what to do with a block that is neither; also called for files, before their commands. */
export async function typePage(page: string, cli: CommandLine, other: (fence: Fence) => Promise<void> = async () => {}): Promise<Typed[]> {
  const typed: Typed[] = [];
  for (const fence of fences(page)) {
    const file = fileOf(fence);
    if (file !== undefined) await writeFile(join(cli.home, file), fence.body);
    await other(fence);
    if (!fence.words.includes('session')) continue;
    for (const command of fence.body.trim().split('\n')) {
      const [, ...args] = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
      typed.push({ command, ran: await cli.run(args.map((word) => (word.endsWith('.yaml') ? join(cli.home, word) : word))) });
    }
  }
  return typed;
}
