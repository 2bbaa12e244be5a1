/** The kinds of value that a setting can have: how a person writes one, and how its text is read. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { Secret } from './secret.ts';

export interface Setting<T> {
  readonly variable: string;
  /** As the settings page says it. */
  readonly kind: string;
  /** As the settings page shows it; null when nothing is assumed. */
  readonly shownDefault: string | null;
  readonly defaultValue: T;
  readonly meaning: string;
  /** Why this default and these bounds; what goes wrong beyond them. */
  readonly reason: string;
  /** Throws an Error whose message completes "VARIABLE ..." and never repeats a secret. */
  readonly parse: (text: string) => T;
}

interface Named {
  readonly variable: string;
  readonly meaning: string;
  readonly reason: string;
}

export function wholeNumber({ min, max, defaultValue, ...named }: Named & { min: number; max: number; defaultValue: number }): Setting<number> {
  return {
    ...named,
    kind: `whole number, ${min} to ${max}`,
    shownDefault: String(defaultValue),
    defaultValue,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      throw new Error(`must be a whole number from ${min} to ${max}, not ${quoted(text)}`);
    },
  };
}

export function choice<const C extends string>({ choices, defaultValue, ...named }: Named & { choices: readonly C[]; defaultValue: NoInfer<C> }): Setting<C> {
  return {
    ...named,
    kind: choices.map((name) => `\`${name}\``).join(', '),
    shownDefault: defaultValue,
    defaultValue,
    parse(text) {
      const chosen = choices.find((name) => name === text);
      if (chosen === undefined) throw new Error(`must be one of ${choices.join(', ')}, not ${quoted(text)}`);
      return chosen;
    },
  };
}

export function line({ defaultValue, ...named }: Named & { defaultValue: string }): Setting<string> {
  return {
    ...named,
    kind: 'text',
    shownDefault: defaultValue,
    defaultValue,
    parse(text) {
      if (CONTROL.test(text)) throw new Error('must be one line without control characters');
      return text;
    },
  };
}

export function folder({ defaultValue, ...named }: Named & { defaultValue: string }): Setting<string> {
  return { ...named, kind: 'folder', shownDefault: defaultValue, defaultValue: resolve(defaultValue), parse: (text) => resolve(text) };
}

/** A folder or file that is looked for elsewhere when it is not given. */
export function optionalPath(named: Named): Setting<string | undefined> {
  return { ...named, kind: 'path', shownDefault: null, defaultValue: undefined, parse: (text) => resolve(text) };
}

export function optionalAddress(named: Named): Setting<string | undefined> {
  return {
    ...named,
    kind: 'host:port',
    shownDefault: null,
    defaultValue: undefined,
    parse(text) {
      const port = Number(/^\S+:(\d{1,5})$/.exec(text)?.[1]);
      if (port >= 1 && port <= 65_535) return text;
      throw new Error(`must be host:port such as 127.0.0.1:7233, not ${quoted(text)}`);
    },
  };
}

/** Without a slash at the end, so that paths can be added to it. */
export function optionalWebAddress(named: Named): Setting<string | undefined> {
  return {
    ...named,
    kind: 'URL with http or https',
    shownDefault: null,
    defaultValue: undefined,
    parse(text) {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      const plain = url !== undefined && ['http:', 'https:'].includes(url.protocol) && !url.username && !url.search && !url.hash;
      if (!plain) throw new Error(`must be a URL such as https://watchpost.example.org, not ${quoted(text)}`);
      return url.href.replace(/\/+$/, '');
    },
  };
}

/** A URL that may hold a password: its value is never repeated, not even when it is wrong. */
export function optionalSecretUrl({ schemes, ...named }: Named & { schemes: readonly string[] }): Setting<Secret | undefined> {
  return {
    ...named,
    kind: `URL with ${schemes.join(' or ')}; secret`,
    shownDefault: null,
    defaultValue: undefined,
    parse(text) {
      if (URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1))) return new Secret(text);
      throw new Error(`must be a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`);
    },
  };
}

/** A password or key: its value is never repeated. */
export function optionalSecret({ minLength, ...named }: Named & { minLength: number }): Setting<Secret | undefined> {
  return {
    ...named,
    kind: 'text; secret',
    shownDefault: null,
    defaultValue: undefined,
    parse(text) {
      if (text.length >= minLength && !CONTROL.test(text)) return new Secret(text);
      throw new Error(`must be one line of at least ${minLength} characters`);
    },
  };
}

/** `name=secret, name=secret`: no value is ever repeated. */
export function namedSecrets(named: Named): Setting<ReadonlyMap<string, Secret>> {
  return {
    ...named,
    kind: '`name=value, ...`; secret',
    shownDefault: null,
    defaultValue: new Map(),
    parse(text) {
      const pairs = text.split(',').map((pair) => /^\s*([A-Za-z0-9][\w.-]{0,62})\s*=\s*(\S+)\s*$/.exec(pair));
      if (pairs.some((pair) => pair === null)) throw new Error('must be of the form name=value, name=value');
      return new Map(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1] ?? '', new Secret(pair[2] ?? '')] as const])));
    },
  };
}

export interface Price {
  /** Millionths. */
  readonly micros: number;
  /** ISO 4217. */
  readonly currency: string;
}

export function optionalPrice(named: Named): Setting<Price | undefined> {
  return {
    ...named,
    kind: 'amount and currency, such as `0.0079 USD`',
    shownDefault: null,
    defaultValue: undefined,
    parse(text) {
      const [, whole, fraction = '', currency] = /^(\d{1,6})(?:\.(\d{1,6}))? ([A-Z]{3})$/.exec(text) ?? [];
      if (whole === undefined || currency === undefined) throw new Error(`must be an amount and a currency such as 0.0079 USD, not ${quoted(text)}`);
      return { micros: Number(whole) * 1_000_000 + Number(fraction.padEnd(6, '0')), currency };
    },
  };
}

/** Networks such as `10.0.0.0/8, fd00::/8`; empty for none. */
export function networks(named: Named): Setting<readonly string[]> {
  return {
    ...named,
    kind: 'networks, separated by commas',
    shownDefault: null,
    defaultValue: [],
    parse(text) {
      const given = text.split(',').map((network) => network.trim());
      const wrong = given.find((network) => !isNetwork(network));
      if (wrong !== undefined) throw new Error(`must be networks such as 10.0.0.0/8 or fd00::/8, not ${quoted(wrong)}`);
      return given;
    },
  };
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const family = isIP(address);
  return rest.length === 0 && family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

// A line break in a mail address or a log line would let the rest pose as something of its own.
const CONTROL = /[\u0000-\u001f\u007f]/;

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60));
