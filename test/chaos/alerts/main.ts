/** `npm run chaos:alerts`: the long form; ends with 0 when every law held. */
import { parseArgs } from 'node:util';
import { twilioSpecForTest } from '../../adapters/channels/twilio/twilio-peer.ts';
import { summaryLines } from '../summary.ts';
import { runAlertChaos } from './run-alerts.ts';

/** Enough that every fault meets every channel. */
const INCIDENTS = 200;
/** Every fault three times. */
const TURNS = 60;

const { values } = parseArgs({ options: { seed: { type: 'string' }, incidents: { type: 'string' }, faults: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
// Whoever presses Ctrl-C gets the servers ended by their keepers.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));

const specPath = twilioSpecForTest();
if (specPath === undefined) process.exit(1);
const say = (line: string): void => console.log(`chaos: ${line}`);
const report = await runAlertChaos({
  seed, say, specPath, processes: 2, incidents: Number(values.incidents ?? INCIDENTS), turns: Number(values.faults ?? TURNS), peerFaults: { met: 3, limitMs: 15_000 },
});
for (const line of summaryLines(report)) console.log(line);
const broken = report.laws.filter(({ breaches }) => breaches.length > 0).length;
say(broken === 0 ? 'every law held' : `${broken} laws BROKEN; the same choices again: npm run chaos:alerts -- --seed ${seed}`);
process.exit(broken === 0 ? 0 : 1);
