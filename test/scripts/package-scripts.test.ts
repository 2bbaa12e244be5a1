import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';

const { scripts } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };

// npm passes a signal on to its shell, and the shell would die of it and leave the command running.
it.each(['demo', 'start', 'watchpost', 'test', 'chaos', 'bench:pipeline', 'bench:peak'])('npm run %s takes the place of its shell, so that a signal to npm reaches it', (name) => {
  expect(scripts[name]).toMatch(/^exec node /);
});
