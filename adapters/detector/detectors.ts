/** Several models in one process: that of the worker, and those that devices name, opened when the first frame asks for them. */
import type { Detector, Detectors } from '../../activities/ports/detector.ts';
import { Failure, failureIn } from '../../contracts/failures.ts';
import type { ModelDescription } from '../../contracts/model.ts';

/** Beside the worker's own. Each holds 150 to 250 MB per thread; a worker with more models than this is better split. */
const MOST_OPEN = 4;
/** What could not be opened is not tried again for every frame: reading and refusing a file takes a tenth of a second. */
const RETRY_MS = 30_000;

export interface DetectorsOptions {
  /** For devices that name no model. */
  readonly standard: Detector;
  /** What is registered under a name now; undefined where nothing is. */
  readonly find: (name: string) => Promise<ModelDescription | undefined>;
  readonly open: (model: ModelDescription) => Promise<Detector>;
  readonly now?: () => number;
}

interface Opened {
  readonly detector: Promise<Detector>;
  failedAt?: number;
}

export class DetectorsByModel implements Detectors {
  readonly #options: DetectorsOptions;
  readonly #now: () => number;
  /** By name and version, the one used longest ago first. */
  readonly #opened = new Map<string, Opened>();

  constructor(options: DetectorsOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async of(name: string | null): Promise<Detector> {
    const { standard, find } = this.#options;
    if (name === null) return standard;
    const model = await find(name);
    if (!model) throw new Failure('model_unavailable', `no model ${name} is registered`);
    return isOf(standard, model) ? standard : this.#used(model);
  }

  /** The standard detector belongs to whoever opened it. */
  async close(): Promise<void> {
    await Promise.all([...this.#opened.keys()].map((key) => this.#drop(key)));
  }

  #used(model: ModelDescription): Promise<Detector> {
    const key = `${model.name} ${model.version}`;
    const known = this.#opened.get(key);
    const stillGood = known && (known.failedAt === undefined || this.#now() - known.failedAt < RETRY_MS);
    const opened = stillGood ? known : this.#open(model);
    // Set anew, so that it stands last.
    this.#opened.delete(key);
    this.#opened.set(key, opened);
    const [oldest] = this.#opened.keys();
    if (this.#opened.size > MOST_OPEN && oldest !== undefined) void this.#drop(oldest);
    return opened.detector;
  }

  #open(model: ModelDescription): Opened {
    const opened: Opened = {
      detector: this.#options.open(model).catch((error: unknown) => {
        opened.failedAt = this.#now();
        throw new Failure('model_unavailable', `model ${model.name} ${model.version}: ${failureIn(error)?.detail ?? String(error)}`, { cause: error });
      }),
    };
    // Whoever asked hears of it; an entry that nobody waits for any more must not end the process.
    opened.detector.catch(() => {});
    return opened;
  }

  /** Frames that it has in hand are answered first. */
  async #drop(key: string): Promise<void> {
    const opened = this.#opened.get(key);
    this.#opened.delete(key);
    const detector = await opened?.detector.catch(() => undefined);
    await detector?.close();
  }
}

const isOf = ({ identity }: Detector, { name, version, sha256 }: ModelDescription): boolean =>
  identity.name === name && identity.version === version && identity.sha256 === sha256;
