#!/usr/bin/env node
/**
 * Installs the system packages that tests use as real peers. They are optional: without them those tests are skipped, and say so. Only where it can
 * be done without asking (root on a Debian system) is anything installed; elsewhere it is said what is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { diagnose } from './provision/doctor.mjs';

const PACKAGES = { exim: 'exim4-daemon-light', chromium: 'chromium', nagios: 'nagios4-core', nsca: 'nsca', send_nsca: 'nsca-client' };
/** Packages that bring a system daemon, and its service. */
const DAEMONS = { 'exim4-daemon-light': 'exim4', 'nagios4-core': 'nagios4', nsca: 'nsca' };

/** @param {string} line */
const say = (line) => console.error(`peers: ${line}`);

const missing = diagnose().filter(({ name, ok }) => name in PACKAGES && !ok).map(({ name }) => PACKAGES[/** @type {keyof typeof PACKAGES} */ (name)]);

/** @param {string[]} args @returns {boolean} whether it succeeded */
function aptGet(args) {
  say(`apt-get ${args.join(' ')}`);
  const { status, error } = spawnSync('apt-get', args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    // No questions; RUNLEVEL=1 keeps package scripts from starting daemons: tests start them themselves, with configurations and ports of their own.
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  if (error) say(error.message);
  return status === 0;
}

function install() {
  const start = Date.now();
  say(`installing ${missing.join(' and ')} with apt-get; this takes half a minute on a fast line`);
  // Update failures of single repositories need not matter; whether the packages can be had is seen next.
  if (!aptGet(['update', '-q'])) say('apt-get update reported errors; trying the installation all the same');
  if (!aptGet(['install', '-q', '-y', '--no-install-recommends', ...missing])) {
    say('FAILED: apt-get could not install them, see above. Tests that need them will be skipped.');
    process.exitCode = 1;
    return;
  }
  stopDaemons();
  say(`installed after ${Math.round((Date.now() - start) / 1000)} s`);
}

/** A daemon that nobody asked for must not run, now or after the next boot. One that was there before is somebody's and stays as it is. */
function stopDaemons() {
  for (const [packageName, service] of Object.entries(DAEMONS)) {
    if (!missing.includes(packageName)) continue;
    for (const [command, ...args] of [['service', service, 'stop'], ['update-rc.d', service, 'disable']]) {
      spawnSync(String(command), args, { stdio: 'ignore' });
    }
    say(`the system daemon ${service} is stopped and stays off`);
  }
}

if (missing.length === 0) say(`all there: ${Object.keys(PACKAGES).join(', ')}`);
else if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) install();
else say(`missing: ${missing.join(', ')}. They are optional; on Debian: sudo apt-get install --no-install-recommends ${missing.join(' ')}`);
