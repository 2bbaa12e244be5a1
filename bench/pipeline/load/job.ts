/** What a load generator is told to do, and what it reports. Travels between processes. */

/** Where the frames go, and what they are made of. */
export interface Sending {
  readonly baseUrl: string;
  readonly key: string;
  readonly jpegs: readonly Buffer[];
  /** Generators that run on one plant begin far apart, so that none repeats what another has sent. */
  readonly firstFrame: number;
}

/** Keeps that many frames waiting, until it is stopped: the pipeline never lacks work, and takes in as much as it settles. */
export interface KeepBacklog extends Sending {
  readonly kind: 'keep-backlog';
  readonly devices: readonly string[];
  readonly waitingFrames: number;
  readonly databaseUrl: string;
}

/** Sends the next frame whenever one is answered: always `inFlight` under way. */
export interface Flood extends Sending {
  readonly kind: 'flood';
  readonly devices: readonly string[];
  readonly inFlight: number;
  /** Connections are made and code gets warm; nothing of it is reported. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Sends at its own pace whatever the answers take, as cameras do: at random moments, in the same order for the same seed. */
export interface Pace extends Sending {
  readonly kind: 'pace';
  readonly streams: readonly { readonly devices: readonly string[]; readonly perSecond: number }[];
  readonly seconds: number;
  readonly seed: number;
}

export type LoadJob = KeepBacklog | Flood | Pace;

export interface LoadReport {
  /** Over which frames were sent, without warm-up. */
  readonly seconds: number;
  /** From the first byte sent to the answer, of each frame that was accepted. */
  readonly answerMs: readonly number[];
  /** Answers that asked to send again. */
  readonly retries: number;
  /** Of the generator meanwhile. */
  readonly cpuMs: number;
  /** How late the generator itself was, at worst one time in a hundred: so much of the answers' time may be its own. */
  readonly ownDelayP99Ms: number;
}
