/** What is left of a YAML text once it is read: texts, lists, mappings, and where each stands in the source text (UTF-16 units). */

export type YamlNode = YamlText | YamlList | YamlMapping | YamlNothing;

export interface YamlText {
  readonly kind: 'text';
  readonly text: string;
  /** Of its first character, after a quote. */
  readonly offset: number;
}

export interface YamlList {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly offset: number;
}

export interface YamlMapping {
  readonly kind: 'mapping';
  readonly entries: readonly YamlEntry[];
  readonly offset: number;
}

/** A key without a value, or with `null`. */
export interface YamlNothing {
  readonly kind: 'nothing';
  readonly offset: number;
}

export interface YamlEntry {
  readonly key: YamlText;
  readonly value: YamlNode;
}

/** For messages. */
export const KIND_NAMES: Readonly<Record<YamlNode['kind'], string>> = { text: 'a text', list: 'a list', mapping: 'a mapping', nothing: 'nothing' };
