/** Everything that is done to the plant: one row per fault, with the places where it can strike. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LEASE_MS } from '../../activities/deliver-due.ts';
import { until } from '../support/plant.ts';
import { DEADLINE_MS } from './chaos-plant.ts';
import type { ChaosPlant } from './chaos-plant.ts';
import { MAIL_FAULTS } from './mail-server.ts';
import { continueProcess, familyOf, signal, stopProcess } from './signals.ts';

export interface Fault {
  /** Two parts, so that faults of a kind can be counted together. */
  readonly kind: string;
  readonly name: string;
  /** Where it can strike. One fault at a time in one place. */
  readonly places: readonly string[];
  strike(place: string): Promise<void>;
  /** Resolves when it has lasted long enough; other turns come meanwhile. Null: what was struck comes back by itself, and the run waits for that. */
  readonly hold: (() => Promise<void>) | null;
  /** Resolves when it is over: what was struck works again. */
  heal(place: string): Promise<void>;
}

/** A batch that a stopped process holds has been taken back by then. */
const PAST_DEADLINE_MS = DEADLINE_MS + 5_000;
/** A message that a stopped process was sending has been taken over by another. */
const PAST_CLAIM_MS = LEASE_MS + 5_000;
/** Past the 10 s that statements, calls of Temporal and heartbeats are given. */
const PAST_ANSWER_MS = 15_000;
/** A mail server goes wrong until so many messages have met it, or until it is clear that none is on its way. */
const MESSAGES_MET = 3;
const MAIL_FAULT_MS = 25_000;
/** Some tries of validate and detect meet it, and uploads. */
const DISK_FULL_MS = 8_000;

export function faultsOf(plant: ChaosPlant): Fault[] {
  const { children, servers } = plant.plant;
  const kinds = new Map<string, string[]>();
  for (const place of children.keys()) {
    const name = place.replace(/-\d$/, '');
    kinds.set(name, [...(kinds.get(name) ?? []), place]);
  }
  return [
    ...[...kinds].map(([name, places]) => killed('kill -9', name, places, (place) => children.get(place)!)),
    ...[...kinds].map(([name, places]) => stopped('stop past its deadline', name, places, PAST_DEADLINE_MS, (place) => [children.get(place)!.pid!])),
    stopped('stop past its claim', 'messages', kinds.get('messages')!, PAST_CLAIM_MS, (place) => [children.get(place)!.pid!]),
    killed('kill -9', 'postgres', ['postgres'], () => servers.get('postgres')!),
    stopped('hangs', 'postgres', ['postgres'], PAST_ANSWER_MS, () => familyOf(servers.get('postgres')!.pid)),
    killed('kill -9', 'temporal', ['temporal'], () => servers.get('temporal')!),
    stopped('hangs', 'temporal', ['temporal'], PAST_ANSWER_MS, () => [servers.get('temporal')!.pid]),
    killed('loses its database', 'temporal', ['temporal'], () => servers.get('temporal')!, () => deleteTemporalState(plant.home)),
    ...diskFaults(plant),
    ...MAIL_FAULTS.map((how): Fault => ({
      kind: how, name: 'mail server', places: ['mail server'],
      strike: async () => plant.mail.goWrong(how),
      hold: () => until('messages to meet the fault', async () => plant.mail.met() >= MESSAGES_MET, MAIL_FAULT_MS).then(() => {}, () => {}),
      heal: async () => plant.mail.goWell(),
    })),
  ];
}

export const sayFault = ({ kind, name }: Fault, place: string = name): string => `${kind}: ${place}`;

interface Victim {
  readonly pid: number | undefined;
  /** Of a process that says so; a server has a new process once that serves. */
  readonly serving?: boolean;
}

/** Somebody starts it again at once; `meanwhile` happens while nothing runs. */
export function killed(kind: string, name: string, places: readonly string[], victimAt: (place: string) => Victim, meanwhile: () => void = () => {}): Fault {
  let before: number | undefined;
  return {
    kind, name, places, hold: null,
    async strike(place) {
      before = victimAt(place).pid;
      if (before !== undefined) signal(before, 'SIGKILL');
      meanwhile();
    },
    async heal(place) {
      await until(`${place} to be back`, async () => {
        const { pid, serving = true } = victimAt(place);
        return serving && pid !== before;
      });
    },
  };
}

function stopped(kind: string, name: string, places: readonly string[], holdMs: number, pidsAt: (place: string) => number[]): Fault {
  const held = new Map<string, number[]>();
  return {
    kind, name, places, hold: () => sleep(holdMs),
    async strike(place) {
      held.set(place, pidsAt(place));
      for (const pid of held.get(place)!) stopProcess(pid);
    },
    async heal(place) {
      for (const pid of held.get(place)!) continueProcess(pid);
    },
  };
}

function diskFaults({ disk }: ChaosPlant): Fault[] {
  if (typeof disk === 'string') return [];
  return [{ kind: 'is full', name: 'frame store', places: ['disk'], strike: () => disk.fill(), hold: () => sleep(DISK_FULL_MS), heal: () => disk.makeRoom() }];
}

/** In the same breath as the kill: the supervisor starts the server again after a pause, on whatever file is there. */
export function deleteTemporalState(home: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(join(home, 'temporal', `temporal.db${end}`), { force: true });
}
