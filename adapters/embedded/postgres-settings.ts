/** How the embedded PostgreSQL is set, each with its reason. What is not here is PostgreSQL's default. */

interface PostgresSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

export const POSTGRES_SETTINGS: readonly PostgresSetting[] = [
  { name: 'listen_addresses', value: '127.0.0.1', why: 'nobody outside this machine has business here' },
  { name: 'unix_socket_directories', value: '', why: 'one way in is enough, and socket paths below deep folders are too long' },
  { name: 'password_encryption', value: 'scram-sha-256', why: 'the only kind that the access rules of the cluster take' },
  { name: 'fsync', value: 'on', why: 'an accepted frame must survive a power cut' },
  { name: 'synchronous_commit', value: 'on', why: 'the answer 202 promises that the row is on disk' },
  { name: 'full_page_writes', value: 'on', why: 'a page torn by a power cut must be mended at recovery' },
  { name: 'max_connections', value: '200', why: 'api, dispatcher, every stage worker and a portal have pools of about 10, several processes of each' },
  { name: 'shared_buffers', value: '128MB', why: 'holds the hot ledger; the machine is shared with detectors and Temporal' },
  { name: 'work_mem', value: '8MB', why: 'reports sort and hash; 200 connections times more would not fit a small machine' },
  { name: 'maintenance_work_mem', value: '128MB', why: 'index builds and vacuum of large partitions in one pass' },
  { name: 'max_wal_size', value: '2GB', why: 'frames arrive steadily; with the default 1GB checkpoints would come by volume instead of by time' },
  { name: 'random_page_cost', value: '1.1', why: 'disks without moving heads read anywhere at nearly the same price' },
  { name: 'jit', value: 'off', why: 'our queries are short, compiling them costs more than running them' },
  { name: 'idle_in_transaction_session_timeout', value: '60s', why: 'a client that hangs inside a transaction would hold row locks and stop vacuum; no transaction of ours takes a second' },
  { name: 'timezone', value: 'UTC', why: 'initdb would take the zone of the machine; local time is made where it is shown' },
  { name: 'log_timezone', value: 'UTC', why: 'lines must match those of the other servers' },
  { name: 'log_line_prefix', value: '%m [%p] %q%a ', why: 'time, process and the name that the client gave itself' },
  { name: 'log_checkpoints', value: 'off', why: 'every five minutes, of no interest' },
  { name: 'log_error_verbosity', value: 'terse', why: 'the DETAIL of an error quotes rows, and rows hold addresses and key hashes' },
  { name: 'cluster_name', value: 'watchpost', why: 'shows in the process list whose server it is' },
];

/** As arguments of `postgres`. */
export const settingArguments = (port: number): string[] =>
  [...POSTGRES_SETTINGS, { name: 'port', value: String(port) }].flatMap(({ name, value }) => ['-c', `${name}=${value}`]);
