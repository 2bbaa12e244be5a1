/** The product as it is after somebody did what a page of docs/ shows, in a folder of its own, with nothing else changed. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Of a checkout; what begins with a dot is of the machine. */
const LEFT_OUT = /^(\..*|node_modules|docs|coverage)$/;

/** A block of a page that names a file: ```ts <path> is a new one, ```diff <path> changes one. */
export interface PageChange {
  readonly path: string;
  readonly isNew: boolean;
  readonly text: string;
}

export function changesOn(page: string): PageChange[] {
  const markdown = readFileSync(join(ROOT, page), 'utf8');
  return [...markdown.matchAll(/^```(ts|diff) (\S+)\n(.*?)^```$/gms)].map(([, kind, path = '', text = '']) => ({ path, isNew: kind === 'ts', text }));
}

export interface ChangedProduct {
  readonly root: string;
  apply(changes: readonly PageChange[]): void;
  write(path: string, text: string): void;
  remove(): void;
}

export function copyProduct(): ChangedProduct {
  const root = mkdtempSync(join(realpathSync(tmpdir()), 'watchpost-changed-'));
  for (const name of readdirSync(ROOT).filter((entry) => !LEFT_OUT.test(entry))) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  // One by one, so that the cache of workflow bundles stays this copy's own.
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name !== '.cache') symlinkSync(realpathSync(join(ROOT, 'node_modules', name)), join(root, 'node_modules', name));
  }
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  return {
    root, write,
    apply(changes) {
      for (const { path, isNew, text } of changes) write(path, isNew ? text : patched(path, readFileSync(join(root, path), 'utf8'), text));
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Parts between `@@` lines; each must fit one place. */
function patched(path: string, source: string, diff: string): string {
  return diff.split(/^@@\n/m).reduce((text, part) => {
    const lines = part.trimEnd().split('\n');
    const side = (other: string): string => lines.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`).join('');
    const pieces = text.split(side('+'));
    if (pieces.length !== 2) throw new Error(`${pieces.length - 1} places in ${path} are as the page says:\n${side('+')}`);
    return pieces.join(side('-'));
  }, source);
}
