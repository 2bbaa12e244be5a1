/** Damage of every kind to a picture, as lines, disks and attackers do it; from a seed, so that what broke something can be made again. */

const whole = (random: () => number, below: number) => Math.floor(random() * below);

type Mutation = (bytes: Buffer, random: () => number) => Buffer;

const MUTATIONS: readonly Mutation[] = [
  function flipsOneBit(bytes, random) {
    const at = whole(random, bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << whole(random, 8));
    return bytes;
  },
  function overwritesSomeBytes(bytes, random) {
    for (let i = whole(random, 20); i >= 0; i -= 1) bytes[whole(random, bytes.length)] = whole(random, 256);
    return bytes;
  },
  function damagesTheHeader(bytes, random) {
    for (let i = whole(random, 4); i >= 0; i -= 1) bytes[whole(random, Math.min(700, bytes.length))] = whole(random, 256);
    return bytes;
  },
  function cutsTheEnd(bytes, random) {
    return bytes.subarray(0, whole(random, bytes.length));
  },
  function dropsAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + whole(random, 2000))]);
  },
  function insertsNoise(bytes, random) {
    const at = whole(random, bytes.length);
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length: whole(random, 300) }, () => whole(random, 256))), bytes.subarray(at)]);
  },
  function repeatsAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    const to = from + whole(random, bytes.length - from);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  function blanksAPiece(bytes, random) {
    const from = whole(random, bytes.length);
    return bytes.fill(random() < 0.5 ? 0 : 0xff, from, Math.min(bytes.length, from + whole(random, 3000)));
  },
];

/** One to three of them. The original stays as it is. */
export function mutated(original: Uint8Array, random: () => number): Buffer {
  let bytes = Buffer.from(original);
  for (let times = whole(random, 3); times >= 0 && bytes.length > 0; times -= 1) bytes = MUTATIONS[whole(random, MUTATIONS.length)]!(bytes, random) as Buffer<ArrayBuffer>;
  return bytes;
}
