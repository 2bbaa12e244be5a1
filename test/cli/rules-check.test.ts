import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commandLine } from './command-line.ts';
import type { CommandLine } from './command-line.ts';

let cli: CommandLine;
beforeAll(async () => { cli = await commandLine(); });
afterAll(() => cli.remove());

async function ruleFile(text: string): Promise<string> {
  const path = join(cli.home, 'rule.txt');
  await writeFile(path, text);
  return path;
}

it('reads a rule back in its canonical form', async () => {
  const path = await ruleFile('rule id: 7 | unsafe classes: people | any with probability > 0.805\n');
  expect(await cli.run(['rules', 'check', path])).toEqual({ exitCode: 0, stderr: '', stdout: 'Read as  RuleID: 7 | Unsafe Class: person | ALL with probability>80.5%\n' });
});

it('names class and place of what can never match, and still takes the rule', async () => {
  const path = await ruleFile('RuleID: 100 | Unsafe Class: Dog, Cat, Racoon | ALL with probability>80%');
  const { exitCode, stdout } = await cli.run(['rules', 'check', path]);
  expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`${path}:1:39: warning class_unknown: "Racoon"`)]);
});

it('says every error with its place and ends with 1', async () => {
  const { exitCode, stdout } = await cli.run(['rules', 'check', '-'], { stdin: 'RuleID: 1 | Unsafe Class: Dog; Cat | ALL with probability>800%' });
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^-:1:\d+: error class_name_malformed: .*\n-:1:\d+: error threshold_out_of_range: .*\nIt would not be saved\.\n$/);
});

it('answers programs with one document, good or bad', async () => {
  expect(await cli.json(['rules', 'check', '-'], { stdin: 'RuleID: 1 | Unsafe Class: Dog | ALL with probability>80%' }))
    .toEqual({ ok: true, problems: [], text: 'RuleID: 1 | Unsafe Class: dog | ALL with probability>80%', yaml: 'rule: 1\nunsafe:\n  any: [dog > 80%]\n' });
  expect(await cli.json(['rules', 'check', '-'], { stdin: '' })).toMatchObject({ ok: false, problems: [{ severity: 'error', code: 'rule_empty', line: 1, column: 1 }] });
});

it('keeps characters whole that a pipe cut in two', async () => {
  const { stdout } = await cli.run(['rules', 'check', '-'], { stdin: 'RuleID: 1 | Unsafe Class: éééééééé | ALL with probability>80%' });
  expect(stdout).toContain('"éééééééé"');
});

it('lets no escape sequence in a file reach the terminal', async () => {
  const { stdout } = await cli.run(['rules', 'check', '-'], { stdin: 'RuleID: 1 | Unsafe Class: \u001b[31mDog | ALL with probability>80%' });
  expect(stdout).not.toContain('\u001b');
});
