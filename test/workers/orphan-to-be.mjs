/** Serves for ever, unless it is asked to end. */
import { register } from 'tsx/esm/api';

register();
const { sayReady, stopRequested } = await import('../../workers/lifecycle.ts');
const asked = stopRequested();
const serving = setInterval(() => {}, 60_000);
sayReady();
await asked;
clearInterval(serving);
