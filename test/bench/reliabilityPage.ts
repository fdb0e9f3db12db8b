/** The tables of docs/reliability.md: each stands under a heading of its own, which its command finds again. */

/** A line of a table: what it is, and its figure with the unit. */
export type Figure = [what: string, figure: string];

/** What ran to see whether a fault or a bad input does harm. */
export interface Tried {
  what: string;
  /** The test file, from the root of the repository. */
  file: string;
}

/** The test files whose cases are faults or bad inputs, all of them. */
export const tried = {
  faults: [
    { what: 'before and at the start', file: 'test/scripts/faults/start.ci.test.ts' },
    { what: 'while it follows the execution', file: 'test/scripts/faults/following.ci.test.ts' },
    { what: 'answers that are not true', file: 'test/scripts/faults/lies.ci.test.ts' },
    { what: 'the same of a distributed execution', file: 'test/scripts/faults/mapRunLies.ci.test.ts' },
    { what: 'credentials and clocks', file: 'test/scripts/faults/credentials.ci.test.ts' },
    { what: 'when it stops the execution', file: 'test/scripts/faults/stopping.ci.test.ts' },
    { what: 'the platform under the function', file: 'test/scripts/faults/platform.ci.test.ts' },
    { what: 'processes that are killed', file: 'test/scripts/faults/killedSandboxes.ci.test.ts' },
  ],
  badInputs: [
    { what: 'command lines and files', file: 'test/scripts/commands/runBadInput.test.ts' },
    { what: 'environments', file: 'test/scripts/commands/badEnvironment.test.ts' },
    { what: 'configurations, by construct, command and machine', file: 'test/lib/inputRules.test.ts' },
    { what: 'saved results', file: 'test/scripts/result/runResultFile.test.ts' },
    { what: 'keys that objects inherit', file: 'test/scripts/prototypeKeys.test.ts' },
    { what: 'what functions say', file: 'test/scripts/untrustedText.test.ts' },
    { what: 'state machines', file: 'test/scripts/local/stepFunctions/definition/loadDefinition.test.ts' },
  ],
} satisfies Record<string, Tried[]>;

/**
 * The page with another table under a heading: what stands between the heading and the next one is replaced, up to an
 * empty line after the last row.
 * @throws Error where the page has no such table
 */
export function withTable(page: string, heading: string, rows: string): string {
  const found = new RegExp(`(?<=^## ${heading}\\n(?:(?!## ).*\\n)*?)\\|(?:.*\\n\\|)*.*`, 'm');
  if (!found.test(page)) throw new Error(`Expected a table under the heading ${heading}.`);
  return page.replace(found, () => rows);
}
