/** A child that writes the environment variables that it is asked for into a file, and serves. Arguments: the file, then names. */
import { writeFileSync } from 'node:fs';

const [path, ...names] = process.argv.slice(2);
writeFileSync(String(path), JSON.stringify(Object.fromEntries(names.map((name) => [name, process.env[name] ?? null]))));
process.on('SIGTERM', () => process.exit(0));
setInterval(() => {}, 60_000);
process.send?.({ ready: true });
