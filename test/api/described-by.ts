/** Holds every answer that a test sees against the OpenAPI document: what is not described, or otherwise than described, throws. */
import { Compile } from 'typebox/compile';

interface Operation { responses: Record<string, { content?: Record<string, { schema: object }> }> }
export interface OpenApi { paths: Record<string, Record<string, Operation>>; components: { schemas: Record<string, object> } }

export function describedBy(document: OpenApi): (method: string, url: string, status: number, json: unknown) => void {
  const routes = Object.entries(document.paths).map(([path, operations]) => ({
    path, operations, pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`),
  }));
  // `/v1/rules/check` before `/v1/rules/{ruleId}`.
  routes.sort((a, b) => a.path.split('{').length - b.path.split('{').length);

  return (method, url, status, json) => {
    const path = url.split('?')[0] ?? '';
    const operation = routes.find(({ pattern, operations }) => pattern.test(path) && method.toLowerCase() in operations)?.operations[method.toLowerCase()];
    if (operation === undefined || json === undefined) return;
    const answer = operation.responses[status] ?? (status >= 400 ? operation.responses['default'] : undefined);
    if (answer === undefined) throw new Error(`${method} ${path} answered ${status}, which is not described`);
    const schema = Object.values(answer.content ?? {})[0]?.schema;
    if (schema === undefined) throw new Error(`${method} ${path} answered ${status} with a body, and none is described`);
    const name = (schema as { $ref?: string }).$ref?.split('/').at(-1);
    const check = Compile((name === undefined ? schema : document.components.schemas[name]) as never);
    if (!check.Check(json)) throw new Error(`${method} ${path} ${status}: ${JSON.stringify([...check.Errors(json)].slice(0, 3))} in ${JSON.stringify(json).slice(0, 500)}`);
  };
}
