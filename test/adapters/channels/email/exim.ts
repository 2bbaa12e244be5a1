/** Debian's exim4 as a private mail server: its own configuration, spool and certificate in a temporary folder, on a free port of 127.0.0.1. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../../adapters/embedded/port.ts';

const run = promisify(execFile);
const EXIM = '/usr/sbin/exim4';

/** Why exim cannot run here; undefined when it can. */
export const eximMissing: string | undefined =
  !existsSync(EXIM) ? 'exim4 is not installed (npm run setup:peers)' : process.getuid?.() !== 0 ? 'exim4 with a configuration of its own needs root' : undefined;

export interface Exim {
  readonly port: number;
  /** TLS from the first byte. */
  readonly tlsPort: number;
  /** PEM, to be trusted. */
  readonly certificate: string;
  /** Mails in the Maildir of a resident, as delivered. */
  mailsTo(localPart: string): Promise<string[]>;
  /** Mails that it took and that lie in no Maildir yet. */
  underWay(): Promise<number>;
  /** Puts these local parts off from now on. */
  setDeferred(localParts: readonly string[]): Promise<void>;
  log(): Promise<string>;
  stop(): Promise<void>;
}

export const EXIM_LOGIN = { user: 'watchpost', pass: 'p@ss:w/rd' };

export const RESIDENTS = ['anna', 'ben', 'carl', 'dora', 'slow'] as const;

/** What stands in a subject makes exim go wrong once it has the whole message; `vanishes`: its process is gone, without an answer. */
export const SUBJECT_FAULTS = { refused: 'FAULT-554', putOff: 'FAULT-451', vanishes: 'FAULT-GONE', slow: 'FAULT-SLOW' } as const;
/** How long exim takes its time where it is slow. */
export const SLOW_SECONDS = 2;

export interface EximOptions {
  /** Local parts that have a mailbox. */
  readonly residents?: readonly string[];
  /** No TLS, and the login in the clear: for whoever looks into the line. */
  readonly plain?: boolean;
}

export async function startExim({ residents = RESIDENTS, plain = false }: EximOptions = {}): Promise<Exim> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-exim-'));
  const [uid = 0, gid = 0] = await Promise.all(['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'Debian-exim'])).stdout)));
  const at = (name: string): string => join(folder, name);
  await run('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', at('key.pem'), '-out', at('cert.pem')]);
  const [port, tlsPort] = [await freePort(), await freePort()];
  await writeFile(at('deferred'), '');
  await writeFile(at('exim.conf'), configuration({ folder, port, tlsPort, residents, plain }));
  await chown(folder, uid, gid);
  await chmod(folder, 0o755);
  await chown(at('key.pem'), 0, gid);
  await chmod(at('key.pem'), 0o640);

  // In the foreground, as a child of ours.
  const exim = spawn(EXIM, ['-C', at('exim.conf'), '-bdf', '-q10m'], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  exim.stderr.on('data', (chunk) => { said += String(chunk); });
  while (!await answers(port)) {
    if (exim.exitCode !== null) throw new Error(`exim4 ended: ${said}`);
    await sleep(10);
  }
  const mailsTo = async (localPart: string): Promise<string[]> => {
    const names = await readdir(join(folder, 'mail', localPart, 'new')).catch(() => []);
    return Promise.all(names.map((name) => readFile(join(folder, 'mail', localPart, 'new', name), 'utf8')));
  };
  return {
    port, tlsPort, certificate: await readFile(at('cert.pem'), 'utf8'), mailsTo,
    underWay: async () => (await readdir(at('spool/input'), { recursive: true }).catch(() => [])).filter((name) => name.endsWith('-H')).length,
    setDeferred: (localParts) => writeFile(at('deferred'), localParts.join('\n')),
    log: async () => (await readFile(at('log/main'), 'utf8').catch(() => '')) + said,
    async stop() {
      const gone = once(exim, 'exit');
      if (exim.exitCode === null && exim.kill('SIGTERM')) await gone;
      // Its children end by themselves, but one that still writes its log would bring the folder back.
      while (await run('pgrep', ['-f', at('exim.conf')]).then(() => true, () => false)) await sleep(10);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(port, '127.0.0.1', () => { probe.destroy(); resolve(true); });
    probe.once('error', () => resolve(false));
  });
}

const subjectHas = (word: string): string => `\${if match{$h_subject:}{${word}}}`;
/** Ends the process that serves this connection. */
const VANISH = '${run{/bin/sh -c "kill -9 $pid"}}';

/** Exim specification, chapters 14 (main), 15 and 26 (router and transport), 33 and 34 (login), 42 (TLS) and 43 (access control). */
const configuration = ({ folder, port, tlsPort, residents, plain }: Required<EximOptions> & { readonly folder: string; readonly port: number; readonly tlsPort: number }): string => `
spool_directory = ${folder}/spool
log_file_path = ${folder}/log/%s
pid_file_path = ${folder}/exim.pid
primary_hostname = localhost
daemon_smtp_ports = ${port} : ${tlsPort}
tls_on_connect_ports = ${tlsPort}
local_interfaces = 127.0.0.1
tls_advertise_hosts = ${plain ? '' : '*'}
tls_certificate = ${folder}/cert.pem
tls_privatekey = ${folder}/key.pem
auth_advertise_hosts = ${plain ? '*' : '\${if eq{$tls_in_cipher}{}{}{*}}'}
message_size_limit = 5M
rfc1413_hosts =
acl_smtp_rcpt = check_recipient
acl_smtp_data = check_message

begin acl
check_recipient:
  deny !authenticated = *
       message = 530 5.7.0 authentication required
  deny local_parts = nobody
       message = no such user here
  drop local_parts = unwelcome
       message = go away
  warn local_parts = gone
       set acl_m_gone = ${VANISH}
  accept local_parts = slow
       delay = ${SLOW_SECONDS}s
  defer local_parts = ${folder}/deferred
       message = greylisted, try again
  accept

check_message:
  deny condition = ${subjectHas(SUBJECT_FAULTS.refused)}
       message = 554 5.7.1 we do not like what it says
  defer condition = ${subjectHas(SUBJECT_FAULTS.putOff)}
       message = 451 4.7.1 ask again later
  warn condition = ${subjectHas(SUBJECT_FAULTS.vanishes)}
       set acl_m_gone = ${VANISH}
  warn condition = ${subjectHas(SUBJECT_FAULTS.slow)}
       delay = ${SLOW_SECONDS}s
  accept

begin routers
# Exim writes to no path that holds a part of an address; what a list answered for it is clean.
residents:
  driver = accept
  local_parts = ${residents.join(' : ')}
  transport = maildir

begin transports
maildir:
  driver = appendfile
  directory = ${folder}/mail/$local_part_data
  create_directory
  maildir_format
  envelope_to_add
  user = Debian-exim
  group = Debian-exim

begin authenticators
PLAIN:
  driver = plaintext
  server_prompts = :
  server_condition = \${if and{{eq{$auth2}{${EXIM_LOGIN.user}}}{eq{$auth3}{${EXIM_LOGIN.pass}}}}}
  server_set_id = $auth2
`;
