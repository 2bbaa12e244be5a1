/** The only reader of the environment: settings once, typed and frozen, or a clear refusal. */
import { Failure } from '../contracts/failures.ts';
import type { Setting } from './kinds.ts';
import { nearestName } from './nearest-name.ts';
import { SETTINGS } from './settings.ts';
import type { Settings } from './settings.ts';

/** Ours; a key with this prefix that we do not know is a typing error that would otherwise go unnoticed. */
const PREFIX = 'WATCHPOST_';
/** Read by the tests alone. */
const TEST_PREFIX = 'WATCHPOST_TEST_';

/** An empty value counts as not given, as in a compose file. Throws `setting_invalid` that names every variable at fault. */
export function loadSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const faults = unknownVariables(env);
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const text = env[setting.variable];
    try {
      values[name] = text === undefined || text === '' ? setting.defaultValue : setting.parse(text);
    } catch (error) {
      faults.push(`${setting.variable} ${(error as Error).message}`);
    }
  }
  if (faults.length > 0) throw new Failure('setting_invalid', faults.join('; '));
  return Object.freeze(values) as Settings;
}

function unknownVariables(env: NodeJS.ProcessEnv): string[] {
  const known = Object.values(SETTINGS).map(({ variable }) => variable);
  return Object.keys(env)
    .filter((key) => key.startsWith(PREFIX) && !key.startsWith(TEST_PREFIX) && !known.includes(key as never))
    .map((key) => {
      const nearest = nearestName(key, known);
      return `${key} is not a setting${nearest ? `, did you mean ${nearest}?` : ''}`;
    });
}
