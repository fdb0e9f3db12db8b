/** What a report leaves out. The page of the HTML report says it too, so nothing here is of Node.js. */
import type { RunConfigurationResult, RunResult } from '../../lib/wire';

/**
 * How many results of each status a report leaves out: `3 failed and 99,995 passed are not listed.` Empty where none.
 * @param listed what it does not leave out
 */
export function unlistedText(
  { passed, failed, errored, known = 0 }: Pick<RunResult, 'passed' | 'failed' | 'errored' | 'known'>,
  listed: Pick<RunConfigurationResult, 'status'>[],
): string {
  const left = (all: number, status: string, word: string) => {
    const count = all - listed.filter((one) => one.status === status).length;
    return count > 0 ? [`${count.toLocaleString('en-US')} ${word}`] : [];
  };
  const parts = [
    ...left(errored, 'ERRORED', 'errored'),
    ...left(failed + known, 'FAILED', 'failed'),
    ...left(passed, 'PASSED', 'passed'),
  ];
  const last = parts.pop();
  if (last === undefined) return '';
  return `${parts.length > 0 ? `${parts.join(', ')} and ` : ''}${last} ${/^1 /.test(last) && parts.length === 0 ? 'is' : 'are'} not listed.`;
}
