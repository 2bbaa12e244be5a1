import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Law {
  /** Rooms of ours that this room may import; `types:` before a room allows `import type` only. */
  readonly rooms: readonly string[];
  /** Packages and Node modules that it may import. `*`: any. */
  readonly packages: readonly string[];
}

/**
 * The import law: contracts <- policies <- activities <- adapters <- workers, api, cli; contracts <- workflows.
 * To break it is to say that either the change or the law is wrong: write down which in docs/decisions/.
 */
const LAW: Record<string, Law> = {
  contracts: { rooms: [], packages: [] },
  // Pure rooms take pure libraries: docs/decisions/0016-pure-rooms-take-pure-libraries.md.
  policies: { rooms: ['contracts'], packages: ['@marcbachmann/cel-js', 're2js', 'yaml'] },
  workflows: { rooms: ['contracts'], packages: ['@temporalio/workflow'] },
  activities: { rooms: ['contracts', 'policies'], packages: ['@temporalio/activity'] },
  config: { rooms: ['contracts'], packages: ['node:net', 'node:path', 'node:util', 'node:fs', 'node:os', 'node:url'] },
  client: { rooms: ['contracts', 'types:api'], packages: ['undici', 'node:crypto', 'node:timers/promises'] },
  adapters: { rooms: ['contracts', 'policies', 'types:activities', 'types:config', 'scripts'], packages: ['*'] },
  workers: { rooms: ['contracts', 'policies', 'activities', 'adapters', 'config', 'scripts'], packages: ['*'] },
  api: { rooms: ['contracts', 'policies', 'types:activities', 'adapters', 'config', 'workers'], packages: ['*'] },
  cli: { rooms: ['contracts', 'policies', 'adapters', 'config', 'workers', 'api', 'client', 'scripts'], packages: ['*'] },
  // Starts plants as the tests do; nothing imports it but its own tests.
  bench: { rooms: ['contracts', 'policies', 'types:activities', 'adapters', 'config', 'workers', 'client', 'cli', 'scripts', 'test'], packages: ['*'] },
};

/** One library per folder: whoever else wants it goes through that folder. Tests may take a library as a peer. */
const HOME_OF: Record<string, readonly string[]> = {
  pg: ['adapters/postgres'],
  sharp: ['adapters/images'],
  'onnxruntime-node': ['adapters/detector'],
  nodemailer: ['adapters/channels'],
  'smtp-server': ['adapters/embedded'],
  undici: ['client', 'adapters/channels'],
  twilio: ['adapters/channels'],
  '@sendgrid/mail': ['adapters/channels'],
  '@sendgrid/client': ['adapters/channels'],
  standardwebhooks: ['adapters/channels'],
  'ipaddr.js': ['adapters/channels'],
  'sms-segments-calculator': ['adapters/channels'],
  'libphonenumber-js': ['adapters/channels'],
  fastify: ['api'],
  '@fastify/busboy': ['api'],
  'prom-client': ['api'],
  commander: ['cli'],
  pino: ['workers'],
  '@marcbachmann/cel-js': ['policies/conditions'],
  re2js: ['policies/conditions'],
  yaml: ['policies/language'],
};

interface Import {
  readonly from: string;
  readonly specifier: string;
  /** Room of ours, or null for a package. */
  readonly room: string | null;
  readonly typeOnly: boolean;
}

let imports: Import[] = [];
beforeAll(async () => {
  const files = await sources();
  imports = (await Promise.all(files.map(importsOf))).flat();
});

describe('the import law', () => {
  it.each(Object.keys(LAW))('holds in %s/', (room) => {
    const law = LAW[room] as Law;
    const broken = imports.filter(({ from }) => from.startsWith(`${room}/`)).filter((found) => !allowed(room, law, found));
    expect(broken.map(say)).toEqual([]);
  });

  it('lets nothing but a composition root reach into workers/', () => {
    const reaching = imports.filter(({ from, room }) => room === 'workers' && !/^(workers|cli|api|test|scripts|bench)\//.test(from));
    expect(reaching.map(say)).toEqual([]);
  });

  it.each(Object.entries(HOME_OF))('keeps %s at home', (library, homes) => {
    const strays = imports.filter(({ from, specifier, typeOnly }) => !typeOnly &&
      (specifier === library || specifier.startsWith(`${library}/`)) && !['test', ...homes].some((home) => from.startsWith(`${home}/`)));
    expect(strays.map(say)).toEqual([]);
  });

  it('finds no circle of imports', () => {
    expect(circles()).toEqual([]);
  });

  it('has the environment read in config/ alone', async () => {
    const readers: string[] = [];
    for (const file of await sources()) {
      if (/^(config|test|scripts|cli|workers|bin)\//.test(file)) continue;
      const code = (await readFile(join(ROOT, file), 'utf8')).replace(/^\s*(\*|\/\/|\/\*\*).*$/gm, '');
      if (/process\.env/.test(code)) readers.push(file);
    }
    expect(readers).toEqual([]);
  });
});

describe('the layout', () => {
  it('has no drawer for things without a place', async () => {
    const drawers = (await sources()).filter((file) => /(^|\/)(utils?|helpers?|common|lib|manager|misc)(\.|\/|-)/.test(file));
    expect(drawers).toEqual([]);
  });

  it('keeps files short enough to read at once', async () => {
    const long: string[] = [];
    for (const file of await sources()) {
      if (file.startsWith('test/')) continue;
      const lines = (await readFile(join(ROOT, file), 'utf8')).split('\n').length;
      if (lines > 250) long.push(`${file} has ${lines} lines`);
    }
    expect(long).toEqual([]);
  });
});

function allowed(own: string, law: Law, { specifier, room, typeOnly }: Import): boolean {
  if (room === own) return true;
  if (room !== null) return law.rooms.includes(room) || (typeOnly && law.rooms.includes(`types:${room}`));
  return law.packages.includes('*') || law.packages.some((allowedName) => specifier === allowedName || specifier.startsWith(`${allowedName}/`));
}

const say = ({ from, specifier }: Import): string => `${from} imports ${specifier}`;

async function sources(): Promise<string[]> {
  const rooms = [...Object.keys(LAW), 'scripts', 'bin', 'test'];
  const found = await Promise.all(rooms.map((room) => readdir(join(ROOT, room), { recursive: true }).catch(() => [])));
  return found.flatMap((names, n) => names.filter((name) => /\.(ts|mjs)$/.test(name) && !name.endsWith('.d.ts')).map((name) => join(rooms[n] as string, name)));
}

async function importsOf(file: string): Promise<Import[]> {
  const source = ts.createSourceFile(file, await readFile(join(ROOT, file), 'utf8'), ts.ScriptTarget.Latest);
  const found: Import[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const room = specifier.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), specifier)).split('/')[0] ?? null : null;
    found.push({ from: file, specifier, room, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly ?? false : node.isTypeOnly;
      add(node.moduleSpecifier.text, typeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) add(argument.text, false);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** Circles among value imports; types alone may point both ways, they are gone at run time. */
function circles(): string[] {
  const edges = new Map<string, string[]>();
  for (const { from, specifier, typeOnly } of imports) {
    if (typeOnly || !specifier.startsWith('.')) continue;
    edges.set(from, [...(edges.get(from) ?? []), join(dirname(from), specifier)]);
  }
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) { found.push([...path.slice(path.indexOf(file)), file].join(' -> ')); return; }
    if (done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return found;
}
