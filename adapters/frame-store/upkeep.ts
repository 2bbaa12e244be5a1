/** What retention does to the store: removals, looks through folders, and whose store it is. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameStoreUpkeep, NeededOf, StoredPicture } from '../../activities/ports/frame-store.ts';
import { absent, orUnavailable, writeDurably } from './durable-write.ts';
import { putAside, putBack, putBackLeftovers, removeAside } from './leaving.ts';
import type { PictureAside } from './leaving.ts';
import { isSha256 } from './paths.ts';
import { createResultExpiry } from './result-expiry.ts';
import type { Space } from './space.ts';

/** Names the ledger that knows the pictures: a sweep by another one would take them all for bytes that nobody needs. */
const OWNER = '.ledger';

export function createUpkeep(frames: string, results: string, space: Space): FrameStoreUpkeep {
  const owner = join(frames, OWNER);
  const expireResults = createResultExpiry(results);
  const ownerOf = async (): Promise<string | undefined> => readFile(owner, 'utf8').then((text) => text.trim(), absent);

  return {
    async remove(sha256s, neededOf) {
      const aside = await orUnavailable(() => putAllAside(frames, sha256s));
      if (aside.length === 0) return { files: 0, bytes: 0 };
      const going = await exceptNeeded(frames, aside, neededOf);
      const gone = await orUnavailable(() => Promise.all(going.map(async (picture) => (await removeAside(picture) ? [picture.bytes] : []))));
      const bytes = gone.flat().reduce((sum, size) => sum + size, 0);
      space.count(-bytes);
      return { files: gone.flat().length, bytes };
    },

    picturesIn: (folder) => orUnavailable(async () => {
      const names = (await readdir(join(frames, folder))).filter(isSha256);
      const found = await Promise.all(names.map(async (sha256) => ({ sha256, putAt: (await stat(join(frames, folder, sha256)).catch(absent))?.mtime })));
      return found.filter((picture): picture is StoredPicture => picture.putAt !== undefined);
    }),

    removeResults: (before, most) => orUnavailable(() => expireResults(before, most)),

    adopt: (ledgerId) => orUnavailable(async () => {
      const known = await ownerOf();
      if (known === undefined) await writeDurably(frames, owner, Buffer.from(`${ledgerId}\n`));
      return known === undefined || known === ledgerId;
    }),

    isOf: (ledgerId) => orUnavailable(async () => await ownerOf() === ledgerId),
  };
}

async function putAllAside(frames: string, sha256s: readonly string[]): Promise<PictureAside[]> {
  await putBackLeftovers(frames);
  return (await Promise.all(sha256s.map((sha256) => putAside(frames, sha256)))).filter((picture) => picture !== undefined);
}

/** Puts back what must stay; everything, when nobody can say. */
async function exceptNeeded(frames: string, aside: readonly PictureAside[], neededOf: NeededOf): Promise<PictureAside[]> {
  let needed: ReadonlySet<string> = new Set(aside.map(({ sha256 }) => sha256));
  try {
    needed = await neededOf(aside);
  } finally {
    const staying = aside.filter(({ sha256 }) => needed.has(sha256));
    await orUnavailable(() => Promise.all(staying.map((picture) => putBack(frames, picture))));
  }
  return aside.filter(({ sha256 }) => !needed.has(sha256));
}
