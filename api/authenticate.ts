/** Who is calling: bearer key to role and user. The key itself goes no further than this file. */
import type { FastifyRequest } from 'fastify';
import { findKey } from '../adapters/postgres/api-keys.ts';
import type { KeyHolder, KeyRole } from '../adapters/postgres/api-keys.ts';
import type { Queryable } from '../adapters/postgres/pool.ts';
import { Failure } from '../contracts/failures.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for every route that names roles. */
    holder: KeyHolder;
  }
  interface FastifyContextConfig {
    /** Who may call besides `admin`, who may do everything. A route without this is open to all. */
    roles?: readonly KeyRole[];
  }
}

/** A look-up per frame would cost as much as the frame's own row. A revoked key works this much longer, in every process. */
const KNOWN_FOR_MS = 5_000;
/** Only valid keys are kept, so this bounds memory and nothing else. */
const MAX_KNOWN = 10_000;

export type Authenticate = (request: FastifyRequest) => Promise<void>;

export function createAuthenticate(db: Queryable, now: () => number): Authenticate {
  const known = new Map<string, { holder: KeyHolder; untilMs: number }>();

  async function holderOf(key: string): Promise<KeyHolder> {
    const kept = known.get(key);
    if (kept !== undefined && now() < kept.untilMs) return kept.holder;
    known.delete(key);
    const holder = await findKey(db, key);
    if (!holder) throw new Failure('unauthenticated', 'the key is not known or was revoked');
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, { holder, untilMs: now() + KNOWN_FOR_MS });
    return holder;
  }

  return async (request) => {
    const roles = request.routeOptions.config.roles;
    if (roles === undefined) return;
    const [, key] = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(request.headers.authorization ?? '') ?? [];
    if (key === undefined) throw new Failure('unauthenticated', 'an Authorization header with a bearer key is needed');
    request.holder = await holderOf(key);
    if (request.holder.role !== 'admin' && !roles.includes(request.holder.role)) {
      throw new Failure('forbidden', `a key of role ${request.holder.role} may not do this`);
    }
  };
}

/** The user that a filter may name: a key of one user sees only that user, whatever was asked for. */
export function visibleUser({ holder }: FastifyRequest, asked: string | undefined): string | null {
  if (holder.userId !== null && asked !== undefined && asked !== holder.userId) throw new Failure('user_unknown', `no user ${asked}`);
  return holder.userId ?? asked ?? null;
}

/** Throws `user_unknown`, so that a key of one user cannot find out who else there is. */
export function refuseOtherUsers(request: FastifyRequest, userId: string): void {
  visibleUser(request, userId);
}
