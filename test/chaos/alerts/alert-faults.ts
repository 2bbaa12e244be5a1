/** Everything that is done to the plant of the alerts and to those whom it tells: one row per fault. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fault as TwilioFault } from '../../adapters/channels/twilio/twilio-peer.ts';
import { until } from '../../support/plant.ts';
import { seededRandom } from '../../support/seeded-random.ts';
import { planFaults } from '../fault-plan.ts';
import type { PlannedFault } from '../fault-plan.ts';
import { deleteTemporalState, killed } from '../faults.ts';
import type { Fault } from '../faults.ts';
import type { AlertPlant } from './alert-plant.ts';
import { MAIL_FAULTS } from './mail-peer.ts';
import type { ProgramFault } from './program-peers.ts';
import type { Searched } from './secrets.ts';

/** How long a peer goes wrong: until so many have met it, or until it is clear that nobody is on the way. */
export interface PeerFaultLength {
  readonly met: number;
  readonly limitMs: number;
}

/** When a kill of these hurts: a frame is on its way, somebody is being asked, a provider is being told. */
const AT_WORK: Readonly<Record<string, string>> = {
  alert: 'SELECT 1 FROM open_frames WHERE batch_id IS NOT NULL LIMIT 1', incidents: 'SELECT 1 FROM incidents WHERE next_due_at < now() LIMIT 1', messages: "SELECT 1 FROM deliveries WHERE state = 'sending' LIMIT 1",
};
/** It comes soon or not in this turn. */
const AT_WORK_MS = 2_000;
/** Far more than meet it: what is left over is taken back. */
const MANY = 1_000;
const AT_TWILIO: Readonly<Record<string, TwilioFault>> = {
  'answers 429': { answer: 429, retryAfter: '1' }, 'answers 500': { answer: 500 }, hangs: { answer: 'hang' },
  'answers in other words': { answer: 'garbled', taken: true }, 'loses its answer': { answer: 'drop', taken: true },
};
const AT_WEBHOOK: readonly ProgramFault[] = ['answers 500', 'answers 429', 'hangs', 'loses its answer'];
const AT_PAGERDUTY: readonly ProgramFault[] = ['answers 500', 'answers 429', 'drops the line', 'loses its answer'];

export function alertFaults(plant: AlertPlant, length: PeerFaultLength): Fault[] {
  const { children, servers } = plant.plant;
  const placesOf = (stage: string): string[] => [...children.keys()].filter((name) => name.replace(/-\d$/, '') === stage);
  const { mail, twilio, webhook, pagerduty } = plant;
  let requestsBefore = 0;
  return [
    ...Object.entries(AT_WORK).map(([stage, atWork]): Fault => {
      const kill = killed('kill -9', stage, placesOf(stage), (place) => children.get(place)!);
      return {
        ...kill,
        async strike(place) {
          await until(`${stage} to be at work`, async () => (await plant.pool.query(atWork)).rowCount === 1, AT_WORK_MS).catch(() => {});
          await kill.strike(place);
        },
      };
    }),
    killed('kill -9', 'postgres', ['postgres'], () => servers.get('postgres')!),
    ...MAIL_FAULTS.map((how) => peer(how, 'mail server', { strike: () => mail.goWrong(how), met: () => mail.met(), heal: () => mail.goWell() }, length)),
    ...Object.entries(AT_TWILIO).map(([how, fault]) => peer(how, 'twilio', {
      strike: async () => {
        requestsBefore = twilio.requests();
        twilio.fail(fault, MANY);
      },
      met: () => twilio.requests() - requestsBefore,
      heal: async () => {
        twilio.mend();
        if (how === 'hangs') twilio.dropAll();
      },
    }, length)),
    ...AT_WEBHOOK.map((how) => peer(how, 'webhook', { strike: async () => webhook.goWrong(how), met: () => webhook.met(), heal: async () => webhook.goWell() }, length)),
    ...AT_PAGERDUTY.map((how) => peer(how, 'pagerduty', { strike: async () => pagerduty.goWrong(how), met: () => pagerduty.met(), heal: async () => pagerduty.goWell() }, length)),
  ];
}

/** As many turns as asked for, and somewhere in their second half, once, Temporal loses its state. `searched` gets that state as it was, for whoever looks for secrets in it. */
export function planAlertFaults(plant: AlertPlant, turns: number, seed: number, length: PeerFaultLength, searched: Searched[]): PlannedFault[] {
  const plan = planFaults(alertFaults(plant, length), turns, seed);
  const loses = killed('loses its database', 'temporal', ['temporal'], () => plant.plant.servers.get('temporal')!, () => deleteTemporalState(plant.home));
  const fault: Fault = {
    ...loses,
    async strike(place) {
      const text = await readFile(join(plant.home, 'temporal', 'temporal.db'), 'latin1').catch(() => '');
      searched.push({ where: 'state of Temporal before it was lost', text });
      await loses.strike(place);
    },
  };
  return plan.toSpliced(Math.floor((1 + seededRandom(seed + 2)()) / 2 * plan.length), 0, { fault, place: 'temporal' });
}

interface PeerFault {
  strike(): Promise<void>;
  met(): number;
  heal(): Promise<void>;
}

/** One at a time at each peer. */
function peer(kind: string, name: string, { strike, met, heal }: PeerFault, { met: enough, limitMs }: PeerFaultLength): Fault {
  return {
    kind, name, places: [name], strike, heal,
    hold: () => until(`${name} to be met`, async () => met() >= enough, limitMs).then(() => {}, () => {}),
  };
}
