/** The oldest Node that works: 20.19 is the first of its line that loads ES modules through require(), which dependencies rely on. */
const OLDEST = [20, 19];

/** @param {string} [version] such as 20.19.1 */
export function nodeIsRecent(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > Number(OLDEST[0]) || (major === OLDEST[0] && minor >= Number(OLDEST[1]));
}

export const oldestNode = OLDEST.join('.');

export function requireNode() {
  if (nodeIsRecent()) return;
  const found = `Node ${oldestNode} or newer is needed, this is ${process.versions.node} (${process.execPath})`;
  throw new Error(`${found}. What helps: install a current Node from nodejs.org or your distribution.`);
}
