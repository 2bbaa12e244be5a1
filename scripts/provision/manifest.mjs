/** Reads assets/manifest.json: which assets there are, how each is recognised and where each can come from. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkoutDir } from './places.mjs';

/**
 * @typedef {{ kind: 'url', url: string }} UrlSource
 * @typedef {{ kind: 'npm', package: string, within: string }} NpmSource one file or folder out of an npm tarball
 * @typedef {{ kind: 'debian', package: string, within: string }} DebianSource one file out of a Debian package
 * @typedef {{ kind: 'wheel', package: string, platform: string, within: string }} WheelSource one file out of a Python wheel
 * @typedef {{ kind: 'derived', from: string, step: 'onnx-dynamic-input' }} DerivedSource made from another asset
 * @typedef {(UrlSource | NpmSource | DebianSource | WheelSource | DerivedSource) & { downloadBytes?: number }} Source
 *
 * @typedef {object} Asset
 * @property {string} name
 * @property {'model' | 'labels' | 'footage' | 'tool'} kind
 * @property {string} licence
 * @property {string} origin
 * @property {string} [path] place inside an assets folder; tools have none
 * @property {string} [checkout] place inside the checkout, for what is committed
 * @property {string} [variable] environment variable that names a tool's executable
 * @property {boolean} folder
 * @property {boolean} optional nothing stops without it
 * @property {number} bytes
 * @property {string} sha256
 * @property {Source[]} sources
 *
 * @typedef {'detector' | 'footage' | 'temporal' | 'ffmpeg'} Need
 * @typedef {{ needs: Record<Need, { anyOf: string[], for: string }>, assets: Asset[] }} Manifest
 */

export const platform = `${process.platform}-${process.arch}`;

/** @type {Manifest | undefined} */
let read;

/** The manifest as it holds for this platform: tools that have no build for it keep an empty list of sources. @returns {Manifest} */
export function manifest() {
  if (read) return read;
  const { needs, assets } = JSON.parse(readFileSync(join(checkoutDir, 'assets', 'manifest.json'), 'utf8'));
  read = {
    needs,
    assets: assets.map((/** @type {any} */ { platforms, ...asset }) => ({
      folder: false,
      optional: false,
      ...asset,
      ...(platforms ? (platforms[platform] ?? { bytes: 0, sha256: '', sources: [] }) : {}),
    })),
  };
  return read;
}

/** @param {string} name @returns {Asset} */
export function assetNamed(name) {
  const asset = manifest().assets.find((candidate) => candidate.name === name);
  if (!asset) throw new Error(`assets/manifest.json has no asset ${name}`);
  return asset;
}
