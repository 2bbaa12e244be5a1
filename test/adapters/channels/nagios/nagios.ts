/** Debian's nagios4 and nsca as private daemons: their own configuration, command file and status file in a temporary folder, NSCA on a free port of 127.0.0.1. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../../adapters/embedded/port.ts';

const run = promisify(execFile);
const NAGIOS = '/usr/sbin/nagios4';
const NSCA = '/usr/sbin/nsca';
export const SEND_NSCA = '/usr/sbin/send_nsca';

/** Why the daemons cannot run here; undefined when they can. */
export const nagiosMissing: string | undefined =
  !existsSync(NAGIOS) || !existsSync(NSCA) ? 'nagios4-core and nsca are not installed (npm run setup:peers)' : process.getuid?.() !== 0 ? 'nagios4 with a configuration of its own needs root' : undefined;

export interface ServiceStatus {
  readonly state: number;
  readonly output: string;
  /** Unix seconds; 0 for a service that was never reported on. */
  readonly lastCheck: number;
}

export interface Nagios {
  readonly folder: string;
  readonly commandFile: string;
  readonly nsca: { readonly host: string; readonly port: number; readonly password: string };
  /** As the status file shows it; it is written every second. */
  statusOf(service: string): Promise<ServiceStatus>;
  log(): Promise<string>;
  /** The Nagios alone; its NSCA goes on. */
  stopNagios(): Promise<void>;
  startNagios(): Promise<void>;
  stop(): Promise<void>;
}

export const HOST = 'yard gate';
export const SERVICES = ['cameras', 'Camera 1.front', 'equipment'];

export async function startNagios(): Promise<Nagios> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-nagios-'));
  const [uid = 0, gid = 0] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nagios'])).stdout)));
  const at = (name: string): string => join(folder, name);
  for (const name of ['', 'rw', 'results', 'log', 'archives']) {
    await mkdir(at(name), { recursive: true });
    await chown(at(name), uid, gid);
    await chmod(at(name), 0o755);
  }
  const port = await freePort();
  const password = 'p@ss w/rd';
  await writeFile(at('nagios.cfg'), nagiosConfiguration(folder));
  await writeFile(at('objects.cfg'), OBJECTS);
  await writeFile(at('nsca.cfg'), nscaConfiguration(folder, port, password));
  const commandFile = at('rw/nagios.cmd');

  let nagios: ChildProcess;
  const start = async (): Promise<void> => {
    // In the foreground, as a child of ours; as root it becomes the user nagios by itself.
    nagios = spawn(NAGIOS, [at('nagios.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = saidBy(nagios);
    while (!await isRead(commandFile) || !existsSync(at('status.dat'))) {
      if (nagios.exitCode !== null) throw new Error(`nagios4 ended: ${said()}`);
      await sleep(10);
    }
  };
  const end = async (child: ChildProcess): Promise<void> => {
    const gone = once(child, 'exit');
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await gone;
  };

  await start();
  const nsca = spawn(NSCA, ['-f', '-c', at('nsca.cfg')], { stdio: ['ignore', 'pipe', 'pipe'] });
  const said = saidBy(nsca);
  while (!await answers(port)) {
    if (nsca.exitCode !== null) throw new Error(`nsca ended: ${said()}`);
    await sleep(10);
  }
  return {
    folder, commandFile, nsca: { host: '127.0.0.1', port, password },
    async statusOf(service) {
      const blocks = (await readFile(at('status.dat'), 'utf8').catch(() => '')).split(/^servicestatus \{$/m);
      const block = blocks.find((text) => new RegExp(`^\\tservice_description=${service}$`, 'm').test(text)) ?? '';
      const value = (name: string): string => new RegExp(`^\\t${name}=(.*)$`, 'm').exec(block)?.[1] ?? '';
      return { state: Number(value('current_state')), output: value('plugin_output'), lastCheck: Number(value('last_check')) };
    },
    log: () => readFile(at('nagios.log'), 'utf8').catch(() => ''),
    async stopNagios() {
      await end(nagios);
      // Its worker for the pipe outlives it for a moment, and would swallow what is written.
      while (await isRead(commandFile)) await sleep(10);
    },
    startNagios: start,
    async stop() {
      await Promise.all([end(nagios), end(nsca)]);
      // The workers of Nagios end by themselves, but one that still writes would bring the folder back.
      while (await run('pgrep', ['-f', folder]).then(() => true, () => false)) await sleep(10);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Whether somebody has the pipe open to read it. */
const isRead = (pipe: string): Promise<boolean> =>
  open(pipe, constants.O_WRONLY | constants.O_NONBLOCK).then((handle) => handle.close().then(() => true), () => false);

function saidBy(child: ChildProcess): () => string {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => { said += String(chunk); });
  return () => said;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => { probe.destroy(); resolve(true); });
    probe.once('error', () => resolve(false));
  });
}

/** Nagios Core manual, "Main Configuration File Options": all that it writes lies in the folder, and it checks nothing by itself. */
const nagiosConfiguration = (folder: string): string => `
log_file=${folder}/nagios.log
cfg_file=${folder}/objects.cfg
object_cache_file=${folder}/objects.cache
precached_object_file=${folder}/objects.precache
status_file=${folder}/status.dat
status_update_interval=1
nagios_user=nagios
nagios_group=nagios
check_external_commands=1
command_file=${folder}/rw/nagios.cmd
lock_file=${folder}/nagios.lock
temp_file=${folder}/nagios.tmp
temp_path=${folder}
log_archive_path=${folder}/archives
check_result_path=${folder}/results
state_retention_file=${folder}/retention.dat
retain_state_information=0
query_socket=${folder}/rw/nagios.qh
accept_passive_service_checks=1
accept_passive_host_checks=1
execute_service_checks=0
execute_host_checks=0
enable_notifications=0
enable_event_handlers=0
check_for_updates=0
use_syslog=0
log_passive_checks=1
log_external_commands=1
max_check_result_reaper_time=5
check_result_reaper_frequency=1
`;

/** Each directive on a line of its own: one on the line of \`define\` is not read. */
const OBJECTS = `
define timeperiod {
  timeperiod_name always
  alias always
}
define command {
  command_name nothing
  command_line /bin/true
}
define contact {
  contact_name nobody
  host_notifications_enabled 0
  service_notifications_enabled 0
  host_notification_period always
  service_notification_period always
  host_notification_commands nothing
  service_notification_commands nothing
}
define host {
  host_name ${HOST}
  address 127.0.0.1
  max_check_attempts 1
  check_period always
  notification_period always
  contacts nobody
}
${SERVICES.map((service) => `define service {
  host_name ${HOST}
  service_description ${service}
  check_command nothing
  max_check_attempts 1
  check_period always
  notification_period always
  contacts nobody
  active_checks_enabled 0
  passive_checks_enabled 1
}`).join('\n')}
`;

const nscaConfiguration = (folder: string, port: number, password: string): string => `
server_address=127.0.0.1
server_port=${port}
nsca_user=nagios
nsca_group=nagios
pid_file=${folder}/nsca.pid
command_file=${folder}/rw/nagios.cmd
alternate_dump_file=${folder}/nsca.dump
aggregate_writes=0
append_to_file=0
max_packet_age=30
password=${password}
decryption_method=1
`;
