/** The process that a strange model is tried in: JavaScript, because TypeScript sources need a loader first. */
import { register } from 'tsx/esm/api';

register();
const { runTrial } = await import('./trial.ts');
process.stdout.write(JSON.stringify(await runTrial(JSON.parse(process.argv[2] ?? '{}'))));
