/** One window or a list of them. */
import type { Window } from '../model.ts';
import { quoted } from './problems.ts';
import type { ProblemList } from './problems.ts';
import { readWindow } from './read-window.ts';
import { startOf } from './span.ts';
import { textsOf } from './yaml-fields.ts';
import type { YamlNode } from './yaml-node.ts';

/** Undefined when something is wrong, which then stands in `problems`. */
export function readWindows(node: YamlNode, problems: ProblemList): readonly Window[] | undefined {
  const texts = textsOf(node, 'A window', '22:00-06:00', problems);
  const windows = new Map<string, Window>();
  let whole = texts.length > 0;
  for (const text of texts) {
    const window = readWindow(text, problems);
    whole &&= window !== undefined;
    if (window === undefined) continue;
    const key = `${window.days.join()} ${window.from} ${window.to}`;
    if (windows.has(key)) problems.add('value_repeated', startOf(text), `${quoted(text.text)} stands here already, perhaps in other words; once is enough.`);
    windows.set(key, window);
  }
  return whole ? [...windows.values()] : undefined;
}
