/**
 * Mails as files: `<folder>/<time>-<n>.eml`, as received. A file is whole or not there, and survives a power cut once it
 * was answered for. Any process may read; one process writes, the one that runs the inbox.
 */
import { mkdir, open, readFile, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { inboxPage } from './inbox-page.ts';

export interface InboxMessage {
  /** `<time>-<n>`: sorts by arrival and names the file. */
  readonly id: string;
  readonly receivedAt: Date;
  readonly from: string;
  /** Several with a comma between. */
  readonly to: string;
  readonly subject: string;
  /** With its angle brackets; null without one. */
  readonly messageId: string | null;
  /** From X-Watchpost-Incident; null on mails that are not alerts. */
  readonly incidentId: string | null;
  /** How often the same Message-ID came again. Each is a double that a person would have got. */
  readonly repeats: number;
}

export interface InboxStore {
  /** Newest first. Sees what another process has kept meanwhile. */
  list(): Promise<InboxMessage[]>;
  /** The mail as received; undefined when there is none of that id, whatever text the id is. */
  raw(id: string): Promise<Buffer | undefined>;
  /** A page that shows the mail and runs nothing in it (inbox-page.ts); undefined when there is none of that id. */
  html(id: string): Promise<string | undefined>;
  /** Resolves when the mail would survive a power cut. A Message-ID that is there already is counted, not kept again. */
  keep(mail: Buffer): Promise<InboxMessage>;
}

const ID = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-\d+$/;
const MAIL = '.eml';
/** Beside a mail: one line with the time of each repeat. */
const REPEATS = '.repeats';
const PART = '.part';

type Head = Omit<InboxMessage, 'repeats'>;

/** Reads what is there; makes the folder if need be. */
export async function openInboxStore(folder: string): Promise<InboxStore> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const heads = new Map<string, Head>();
  let turn: Promise<unknown> = Promise.resolve();
  /** One at a time: two mails of one Message-ID that arrive together must see each other, and no look at the folder may forget one. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  const readNewHeads = async (): Promise<Set<string>> => {
    const names = await readdir(folder);
    const present = new Set(names.flatMap((name) => (name.endsWith(MAIL) ? name.slice(0, -MAIL.length) : [])));
    for (const id of present) if (ID.test(id) && !heads.has(id)) heads.set(id, await headOf(id, await readStart(join(folder, id + MAIL))));
    for (const id of heads.keys()) if (!present.has(id)) heads.delete(id);
    return new Set(names.filter((name) => name.endsWith(REPEATS)));
  };
  const repeatsOf = async (id: string): Promise<number> => (await readFile(join(folder, id + REPEATS), 'utf8')).split('\n').length - 1;
  const raw = async (id: string): Promise<Buffer | undefined> => (ID.test(id) ? await readFile(join(folder, id + MAIL)).catch(noneAsUndefined) : undefined);

  const keepNow = async (mail: Buffer): Promise<InboxMessage> => {
    const now = new Date();
    const head = await headOf(freeId(now, heads), mail);
    const same = head.messageId === null ? undefined : [...heads.values()].find(({ messageId }) => messageId === head.messageId);
    if (same !== undefined) {
      await writeThrough(join(folder, same.id + REPEATS), `${now.toISOString()}\n`, 'a');
      await syncFolder(folder);
      return { ...same, repeats: await repeatsOf(same.id) };
    }
    await writeThrough(join(folder, head.id + PART), mail, 'w');
    await rename(join(folder, head.id + PART), join(folder, head.id + MAIL));
    await syncFolder(folder);
    heads.set(head.id, head);
    return { ...head, repeats: 0 };
  };

  await readNewHeads();
  return {
    raw,
    async list() {
      const repeated = await inTurn(readNewHeads);
      const newestFirst = [...heads.values()].sort((a, b) => byArrival.compare(b.id, a.id));
      return Promise.all(newestFirst.map(async (head) => ({ ...head, repeats: repeated.has(head.id + REPEATS) ? await repeatsOf(head.id) : 0 })));
    },
    async html(id) {
      const mail = await raw(id);
      return mail && inboxPage(mail);
    },
    keep: (mail) => inTurn(() => keepNow(mail)),
  };
}

/** The numbers in an id count as numbers. */
const byArrival = new Intl.Collator('en', { numeric: true });

function freeId(now: Date, taken: ReadonlyMap<string, unknown>): string {
  const moment = now.toISOString().replace(/[-:.]/g, '');
  let n = 1;
  while (taken.has(`${moment}-${n}`)) n += 1;
  return `${moment}-${n}`;
}

/** More than any header block of ours; a folder of a thousand mails with pictures must still open in a second. */
const START_BYTES = 32_768;

async function readStart(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function headOf(id: string, mail: Buffer): Promise<Head> {
  const end = mail.indexOf('\r\n\r\n');
  const { from, to, subject, messageId, headers } = await PostalMime.parse(end < 0 ? mail : mail.subarray(0, end + 4));
  return {
    id, receivedAt: new Date(id.replace(ID, '$1-$2-$3T$4:$5:$6.$7Z')),
    from: from?.address ?? '', to: (to ?? []).flatMap(({ address }) => address ?? []).join(', '), subject: subject ?? '', messageId: messageId ?? null,
    incidentId: headers.find(({ key }) => key === 'x-watchpost-incident')?.value ?? null,
  };
}

async function writeThrough(path: string, content: Buffer | string, flag: 'w' | 'a'): Promise<void> {
  const file = await open(path, flag, 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A new name is durable only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function noneAsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
