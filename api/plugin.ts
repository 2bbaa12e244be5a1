/** The type of a group of routes: its schemas type its handlers. */
import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';

export type Routes = FastifyPluginCallbackTypebox;
