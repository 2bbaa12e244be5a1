/** `npm run bench:memory`: what each process of a saturated plant holds in memory, over tens of thousands of frames. See bench/README.md. */
import { parseArgs } from 'node:util';
import { table } from '../../cli/table.ts';
import { interruptSignal, listenForInterrupt } from '../pipeline/interrupt.ts';
import { databaseTime, settledBetween } from '../pipeline/measure/ledger.ts';
import { residentMb } from '../pipeline/measure/resident.ts';
import { loadPictures } from '../pipeline/pictures.ts';
import { pass, removeHomes, withPlant } from '../pipeline/plant-under-load.ts';
import type { PlantUnderLoad } from '../pipeline/plant-under-load.ts';
import { CAMERAS, putCameras } from '../pipeline/scene.ts';
import { growthOf } from './growth.ts';

const FRAMES = 20_000;
const LOOKS = 20;
/** Long enough for batches to be as large as they get. */
const WAITING_FRAMES = 512;
const LOOK_EVERY_SECONDS = 1;
/** What a process that works in bursts, and collects its garbage in between, moves by itself. */
const FLAT = 0.1;

interface Look {
  readonly frames: number;
  readonly mb: Readonly<Record<string, number>>;
}

const say = (line: string): void => { process.stderr.write(`bench: ${line}\n`); };

async function memory(frames: number): Promise<number> {
  const { jpegs } = await loadPictures();
  return withPlant({ jpegs, env: {} }, async (underLoad) => {
    await putCameras(underLoad.plant);
    const load = underLoad.load({ kind: 'keep-backlog', devices: CAMERAS, waitingFrames: WAITING_FRAMES });
    const looks = await Promise.race([load.done.then(() => { throw new Error('the load generator stopped by itself'); }), watch(frames, underLoad)]);
    const names = Object.keys(looks[0]!.mb);
    const growth = names.map((name) => growthOf(looks.map(({ mb }) => mb[name]!)));
    process.stdout.write(`${[
      ...table(looks.map(({ frames: settled, mb }) => [settled, ...names.map((name) => Math.round(mb[name]!))]), ['frames settled', ...names.map((name) => `${name} MB`)]),
      '',
      ...table(names.map((name, i) => [name, `${(growth[i]! * 100).toFixed(1)} %`, Math.abs(growth[i]!) <= FLAT ? 'flat' : 'MOVES']), ['process', 'last third against the middle one', '']),
    ].join('\n')}\n`);
    return names.some((name, i) => name === 'pictures' && growth[i]! > FLAT) ? 1 : 0;
  });
}

async function watch(frames: number, { plant, metered }: PlantUnderLoad): Promise<Look[]> {
  const from = await databaseTime(plant.pool);
  const looks: Look[] = [];
  for (;;) {
    const { frames: settled } = await settledBetween(plant.pool, from, await databaseTime(plant.pool));
    if (settled >= (looks.length + 1) * (frames / LOOKS)) {
      const sizes = await Promise.all(metered().filter(({ name }) => !name.startsWith('load') && name !== 'supervisor').map(async ({ name, pid }) => [name, await residentMb(pid)] as const));
      looks.push({ frames: settled, mb: Object.fromEntries(sizes) });
      say(`${settled} frames settled`);
    }
    if (settled >= frames) return looks;
    await pass(LOOK_EVERY_SECONDS);
  }
}

const { values } = parseArgs({ options: { frames: { type: 'string', default: String(FRAMES) } } });
listenForInterrupt();
process.exit(await memory(Number(values.frames)).catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return interruptSignal.aborted ? 130 : 1;
}).finally(removeHomes));
