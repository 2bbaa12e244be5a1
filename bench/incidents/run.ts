/** A whole run: many open incidents, then storms, on one plant. */
import { runSteps } from '../pipeline/steps.ts';
import { startIncidentPlant } from './incident-plant.ts';
import { manyOpen } from './many-open.ts';
import type { ManyOpen, ManyOpenLengths } from './many-open.ts';
import { storm } from './storm.ts';
import type { Storm, StormShape } from './storm.ts';

export interface RunOptions {
  /** Open at once. */
  readonly incidents: number;
  /** Matches of each storm. */
  readonly storm: number;
  readonly lengths: ManyOpenLengths;
  readonly jpeg: Buffer;
  /** Settings; servers that are named here are used. */
  readonly env?: NodeJS.ProcessEnv;
  readonly say: (line: string) => void;
}

export interface Run {
  readonly many: ManyOpen | null;
  readonly storms: readonly Storm[];
  readonly messagesPerHour: number;
  readonly failures: readonly { readonly step: string; readonly reason: string }[];
}

/** Of 10 000 matches each: 1 000 lines of one user, and 40 of each of a hundred. */
const ONE_USER: StormShape = { name: 'storm', users: 1, devices: 40, rules: 25, matchesPerFrame: 5 };
const MATCHES_PER_USER = 100;
const manyUsers = (matches: number): StormShape => ({ name: 'storms', users: Math.ceil(matches / MATCHES_PER_USER), devices: 8, rules: 5, matchesPerFrame: 5 });

export async function runBench({ incidents, storm: matches, lengths, jpeg, env = {}, say }: RunOptions): Promise<Run> {
  const under = await startIncidentPlant(jpeg, env);
  const { step, failures } = runSteps(say);
  try {
    const many = incidents === 0 ? null : await step(`${incidents} open incidents`, () => manyOpen(under, incidents, lengths, say));
    const storms: Storm[] = [];
    for (const shape of matches === 0 ? [] : [ONE_USER, manyUsers(matches)]) {
      const passed = await step(`${matches} matches on ${shape.users === 1 ? 'one user' : `${shape.users} users`}`, () => storm(under, shape, matches, say));
      if (passed) storms.push(passed);
    }
    const doubled = under.mail.repeated();
    return {
      many, storms, messagesPerHour: under.messagesPerHour,
      failures: [...failures, ...storms.flatMap(({ name, faults }) => faults.map((reason) => ({ step: name, reason }))), ...(doubled === 0 ? [] : [{ step: 'mail', reason: `${doubled} mails came twice` }])],
    };
  } finally {
    await under.stop();
  }
}
