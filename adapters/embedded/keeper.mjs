/**
 * Runs one server for the process that started this one, and never lets the server outlive it. The parent holds the other end of our stdin:
 * when the pipe ends, by its wish or because it died in whatever way, the server is stopped. Plain JavaScript, so that a keeper
 * is up in 40 ms and stands on nothing that set-up has to bring first.
 *
 * Reports on stdout, one JSON object a line: {event: 'started', pid}, then {event: 'exited', code, signal}; or {event: 'failed', message}.
 */
import { spawn } from 'node:child_process';
import { openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { identify } from '../../scripts/provision/process-identity.mjs';

/**
 * @typedef {object} KeeperOrder
 * @property {string} command
 * @property {string[]} args visible to every user of the machine: never a secret
 * @property {string} cwd
 * @property {Record<string, string>} env the whole environment of the server; ours holds secrets that are none of its business
 * @property {number} [uid] with gid: the account that runs the server
 * @property {number} [gid]
 * @property {NodeJS.Signals[]} stopSignals sent one after the other, the next when the grace after the last is over
 * @property {number} graceMs
 * @property {string} logPath takes the server's stdout and stderr; a file, because a pipe would break when the parent dies
 * @property {string} pidPath names the running server, for whoever finds it after this keeper was killed too
 */

/** @param {object} event */
function report(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

/** @param {KeeperOrder} order */
function keep({ command, args, cwd, env, uid, gid, stopSignals, graceMs, logPath, pidPath }) {
  const log = openSync(logPath, 'a', 0o600);
  const server = spawn(command, args, { cwd, env, uid, gid, stdio: ['ignore', log, log] });

  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    stopSignals.forEach((signal, position) => setTimeout(() => server.kill(signal), position * graceMs));
  };

  server.on('error', (error) => {
    report({ event: 'failed', message: error.message });
    process.exitCode = 1;
    process.stdin.destroy();
  });
  server.on('spawn', () => {
    const identity = identify(Number(server.pid));
    if (identity) {
      writeFileSync(`${pidPath}.new`, JSON.stringify(identity));
      renameSync(`${pidPath}.new`, pidPath);
    }
    report({ event: 'started', pid: server.pid });
  });
  server.on('exit', (code, signal) => {
    rmSync(pidPath, { force: true });
    report({ event: 'exited', code, signal });
    // Pipes are written synchronously, so the report is out; signals that are still planned have nobody left to go to.
    process.exit();
  });

  process.stdin.on('end', stop).on('error', stop).resume();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop);
}

// A parent that died cannot read our reports; that must not stop us from stopping the server.
process.stdout.on('error', () => {});
keep(JSON.parse(String(process.argv[2])));
