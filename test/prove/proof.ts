import { type ExitCode, exitCode } from '../../scripts/exitCode';
import { cut, printableLine } from '../../scripts/terminal/printable';
import type { Json } from '../../lib/wire';
import type { Ask } from './ask';
import type { ProofCase } from './case';
import { type Difference, lacking, shownDifferences } from './comparison';

const width = 80;
/** Of a case; what else differs follows from it mostly. */
const mostShown = 5;

/** Who has been asked, as the report calls them. */
interface Parties {
  here: Ask;
  /** Default: nobody else. */
  there?: { name: string; ask: Ask };
}

/**
 * Compares each case, one after the other, and writes what differs and how many do. What the cases expect has to come back
 * here in any case.
 * @returns 0 where nothing differs, else 1
 */
export async function prove(
  cases: ProofCase[],
  { here, there }: Parties,
  write: (text: string) => void,
): Promise<ExitCode> {
  let differing = 0;
  for (const [index, proofCase] of cases.entries()) {
    const { machine, state } = proofCase;
    if (machine !== cases[index - 1]?.machine || state !== cases[index - 1]?.state) write(`\n${state} (${machine})\n`);
    const shown = await here(proofCase);
    // What is wrong here proves nothing, be it the same there.
    const wrong = lacking(shown as Json, proofCase.expected);
    const found = there && wrong.length === 0 ? shownDifferences(shown, await there.ask(proofCase)) : wrong;
    if (found.length > 0) differing += 1;
    write(caseText(proofCase, found, there && wrong.length === 0 ? there.name : 'expected'));
  }
  const same = there ? 'the same' : 'as expected';
  write(`\n${cases.length - differing} of ${cases.length} cases are ${same} - ${differing} differ\n`);
  return differing === 0 ? exitCode.passed : exitCode.failed;
}

function caseText({ title }: ProofCase, found: Difference[], other: string): string {
  const labels = ['here', other].map((label) => label.padEnd(Math.max(4, other.length)));
  const shown = found.slice(0, mostShown).flatMap(({ path, ...values }) => {
    const [one, two] = aroundDifference(textOf(values.one), textOf(values.other));
    return [`    ${path}`, `      ${labels[0]}  ${one}`, `      ${labels[1]}  ${two}`];
  });
  const more = found.length - mostShown;
  const lines = [
    `  ${found.length === 0 ? '=' : '!'} ${title}`,
    ...shown,
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
  return lines.map((line) => `${cut(line, width)}\n`).join('');
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '(nothing)' : printableLine(JSON.stringify(value));
}

/** Long texts from shortly before the place where they begin to differ. */
function aroundDifference(one: string, other: string): [string, string] {
  let begin = 0;
  while (begin < one.length && one[begin] === other[begin]) begin += 1;
  const from = Math.max(one.length, other.length) > width / 2 ? begin - 20 : 0;
  const shortened = (text: string) => (from > 0 ? `…${text.slice(from)}` : text);
  return [shortened(one), shortened(other)];
}
