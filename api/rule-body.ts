/** The forms in which a rule may be sent; from here on all are one: its text. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

const YAML_TYPES = ['application/yaml', 'text/yaml', 'application/x-yaml'];
export const RULE_TYPES = ['application/json', 'text/plain', ...YAML_TYPES];

type Parsed = (error: Error | null, body?: unknown) => void;

/**
 * `text/plain` and YAML hold the rule and nothing else. JSON is either an object with its `text`, or the rule itself: that is kept as it was
 * sent, letter by letter, so that lines and columns of problems are those of the sender.
 */
export function takeRules(app: FastifyInstance): void {
  app.removeContentTypeParser(['application/json', 'text/plain']);
  app.addContentTypeParser(['text/plain', ...YAML_TYPES], { parseAs: 'string' }, (_request, text, done) => done(null, { text }));
  const parseJson = app.getDefaultJsonParser('error', 'error') as unknown as (request: FastifyRequest, text: string, done: Parsed) => void;
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    parseJson(request, String(text), (error, body) => done(error, error === null && isRule(body) ? { text: String(text) } : body));
  });
}

const isRule = (body: unknown): boolean => typeof body === 'object' && body !== null && !Array.isArray(body) && !Object.hasOwn(body, 'text');
