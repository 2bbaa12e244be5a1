/** The few kinds of calls that most of the client is made of. */
import type { Connection } from './connection.ts';

export interface Page {
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

export interface Calls {
  get<T>(path: string, query?: object): Promise<T>;
  put<T>(path: string, json: unknown): Promise<T>;
  post<T>(path: string, json?: unknown, query?: object): Promise<T>;
  remove(path: string): Promise<void>;
}

export const callsOf = (connection: Connection): Calls => ({
  get: (path, query = {}) => connection.json({ method: 'GET', path, query: { ...query } }),
  put: (path, json) => connection.json({ method: 'PUT', path, json }),
  post: (path, json, query = {}) => connection.json({ method: 'POST', path, query: { ...query }, ...(json === undefined ? {} : { json }) }),
  remove: async (path) => { await connection.call({ method: 'DELETE', path }); },
});
