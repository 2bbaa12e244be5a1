/**
 * A child for tests of the supervisor. Arguments, in order: a file that takes a line for each thing that happens, then what
 * to do: `serve`, `crash` (ends before it serves), `deaf` (serves and ignores SIGTERM).
 */
import { appendFileSync } from 'node:fs';

const [diary, what, ...more] = process.argv.slice(2);
/** @param {string} line */
const note = (line) => appendFileSync(String(diary), `${line}\n`);

note(`${what} ${process.pid} ${[...more, process.env['COLOUR']].join(' ')}`);
console.log('a line for the log');
if (what === 'crash') process.exit(3);
process.on('SIGTERM', () => {
  note('heard SIGTERM');
  if (what !== 'deaf') process.exit(0);
});
setInterval(() => {}, 60_000);
process.send?.({ ready: true, url: `http://here/${process.pid}` });
