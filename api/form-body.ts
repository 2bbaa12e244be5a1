/** Bodies of HTML forms, for the routes that ask for them: elsewhere such a body is refused. */
import { Type } from 'typebox';
import type { FastifyInstance } from 'fastify';

/** Answers and callbacks have a few hundred bytes; a text message of many parts some thousand. */
const MAX_FORM_BYTES = 16 * 1024;

/** Each field once: of one that is repeated the last holds. */
export const FormBody = Type.Record(Type.String(), Type.String());

/** For the routes of this plugin alone, which then take nothing else. */
export function takeForms(app: Pick<FastifyInstance, 'removeAllContentTypeParsers' | 'addContentTypeParser'>): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: MAX_FORM_BYTES }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))));
  });
}
