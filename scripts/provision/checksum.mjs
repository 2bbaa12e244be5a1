/** Checksums of files and of folders, as the assets manifest states them. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

// Reads in pieces, because executables here are 170 MB and the machine may be small.
const PIECE_BYTES = 1 << 20;

/** @param {string} path @returns {string} sha256 in hex */
export function sha256OfFile(path) {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE_BYTES);
  const file = openSync(path, 'r');
  try {
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest('hex');
}

/** @param {string} dir @param {string} [prefix] @returns {string[]} paths of all files below, relative and sorted */
export function filesBelow(dir, prefix = '') {
  const paths = readdirSync(join(dir, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesBelow(dir, path) : [path];
  });
  return prefix ? paths : paths.sort();
}

/**
 * One hash over a folder: of its `sha256  path` lines, in the order of the paths.
 * @param {string} dir
 */
export function sha256OfFolder(dir) {
  const lines = filesBelow(dir).map((path) => `${sha256OfFile(join(dir, path))}  ${path}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

/** @param {string} path @returns {number} bytes of the file, or of all files of the folder */
export function sizeOf(path) {
  const stats = statSync(path);
  return stats.isDirectory() ? filesBelow(path).reduce((sum, file) => sum + statSync(join(path, file)).size, 0) : stats.size;
}

/** Hashes that this process computed, by path, size, time and inode: a model is asked for many times, and 170 MB take a second. @type {Map<string, string>} */
const hashed = new Map();

/** @param {string} path @param {import('node:fs').Stats} stats */
function sha256OfUnchangedFile(path, stats) {
  const key = `${path}\0${stats.size}\0${stats.mtimeMs}\0${stats.ino}`;
  const sha256 = hashed.get(key) ?? sha256OfFile(path);
  hashed.set(key, sha256);
  return sha256;
}

/**
 * Why the file or folder is not the wanted one, or undefined when it is.
 * @param {string} path
 * @param {{ bytes: number, sha256: string }} wanted
 * @returns {string | undefined}
 */
export function mismatch(path, wanted) {
  const bytes = sizeOf(path);
  if (bytes !== wanted.bytes) return `it has ${bytes} bytes instead of ${wanted.bytes}`;
  const stats = statSync(path);
  const sha256 = stats.isDirectory() ? sha256OfFolder(path) : sha256OfUnchangedFile(path, stats);
  return sha256 === wanted.sha256 ? undefined : `its sha256 is ${sha256.slice(0, 16)}... instead of ${wanted.sha256.slice(0, 16)}...`;
}
