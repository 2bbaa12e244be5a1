/** `npm run chaos`: the long form, in both placements; ends with 0 when every law held. */
import { parseArgs } from 'node:util';
import { PLACEMENTS } from '../../contracts/stages.ts';
import type { Placement } from '../../contracts/stages.ts';
import { runChaos } from './run.ts';
import { summaryLines } from './summary.ts';

/** As the issue of durability has it; `compact`, which differs in three stages of six, has a share of that. */
const FRAMES: Readonly<Record<Placement, number>> = { spread: 1_000, compact: 400 };
const TURNS: Readonly<Record<Placement, number>> = { spread: 50, compact: 25 };
const KILLERS = 4;

const { values } = parseArgs({
  options: { seed: { type: 'string' }, placement: { type: 'string' }, frames: { type: 'string' }, faults: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
const placements = PLACEMENTS.filter((placement) => values.placement === undefined || values.placement === placement);
// Whoever presses Ctrl-C gets the servers ended by their keepers, and what is stopped or mounted by the handlers of `exit`.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => process.exit(130));

const say = (line: string): void => console.log(`chaos: ${line}`);
let broken = 0;
for (const placement of placements) {
  const report = await runChaos({
    seed, placement, say, killers: KILLERS,
    frames: Number(values.frames ?? FRAMES[placement]), turns: Number(values.faults ?? TURNS[placement]),
  });
  broken += report.laws.filter(({ breaches }) => breaches.length > 0).length;
  say(`seed ${seed}, ${placement}`);
  for (const line of summaryLines(report)) console.log(line);
}
say(broken === 0 ? 'every law held' : `${broken} laws BROKEN; the same choices again: npm run chaos -- --seed ${seed}`);
process.exit(broken === 0 ? 0 : 1);
