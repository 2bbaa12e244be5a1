/** `npm run bench:incidents`: what thousands of open incidents take, how soon people are told, and that a storm of matches stays within the budget. See bench/README.md. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { interruptSignal, listenForInterrupt } from '../pipeline/interrupt.ts';
import { describeMachine, othersAtWork } from '../pipeline/machine.ts';
import { loadPictures } from '../pipeline/pictures.ts';
import { report } from './report.ts';
import { runBench } from './run.ts';

const LENGTHS = { steadySeconds: 60, idleSeconds: 30 } as const;

const say = (line: string): void => { process.stderr.write(`bench: ${line}\n`); };

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { incidents: { type: 'string', default: '5000' }, storm: { type: 'string', default: '10000' }, json: { type: 'string' } } });
  const others = await othersAtWork();
  for (const other of others) say(`NOT ALONE on this machine, the figures will suffer: ${other}`);
  const machine = await describeMachine();
  const { jpegs: [jpeg] } = await loadPictures();
  const run = await runBench({ incidents: Number(values.incidents), storm: Number(values.storm), lengths: LENGTHS, jpeg: jpeg!, say });
  process.stdout.write(`${[
    `${machine.cores} x ${machine.cpu}, node ${machine.versions['node']}, commit ${machine.commit}`, '', ...report(run.many, run.storms, run.messagesPerHour),
    ...(others.length + run.failures.length === 0 ? [] : ['', 'To be doubted', ...[...others.map((other) => `at work beside the bench: ${other}`), ...run.failures.map(({ step, reason }) => `${step}: ${reason}`)].map((line) => `  ${line}`)]),
  ].join('\n')}\n`);
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify({ machine, others, ...run }, null, 2)}\n`);
  return run.failures.length > 0 ? 1 : 0;
}

listenForInterrupt();
process.exit(await main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return interruptSignal.aborted ? 130 : 1;
}));
