/** A YAML text as plain values, for documents that somebody else judges: a policy, the zones of a device. JSON is YAML, so it is read here too. */
import { parse, YAMLParseError } from 'yaml';

export type YamlValues = { readonly value: unknown } | { readonly fault: string };

/** `fault` says what is wrong and where, one sentence. */
export function readYamlValues(source: string): YamlValues {
  try {
    // No aliases: nobody writes them here, and a few lines of them unfold to gigabytes.
    return { value: parse(source, { maxAliasCount: 0, prettyErrors: true }) };
  } catch (error) {
    if (error instanceof YAMLParseError || error instanceof ReferenceError) return { fault: error.message.split('\n', 1)[0] ?? error.message };
    throw error;
  }
}
