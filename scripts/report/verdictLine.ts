import type { RunResult } from '../../lib/wire';
import { everyResult } from '../result/allResults';
import { disagreementSentence, notFinished } from '../result/untested';

/**
 * What a run came to, in one line: `PASSED: 35 passed, 5 failed of which 5 are tolerated`. The numbers before and after
 * the commas add up to the total; what stands after `of which` is among them.
 */
export function verdictLine(result: RunResult): string {
  const { verdict, passed, failed, errored, flaky = 0, known = 0 } = result;
  let unfinished = 0;
  if (errored > 0) {
    for (const { status, error } of everyResult(result)) {
      unfinished += status === 'ERRORED' && error?.type === notFinished ? 1 : 0;
    }
  }
  const untested = errored - unfinished;
  const counts = [
    `${passed} passed${flaky > 0 ? ` of which ${are(flaky)} flaky` : ''}`,
    ...(failed > 0 ? [`${failed} failed${toleratedText(result)}`] : []),
    ...(known > 0 ? [`${known} known ${known === 1 ? 'failure' : 'failures'}`] : []),
    ...(untested > 0 ? [`${untested} could not be tested`] : []),
    ...(unfinished > 0 ? [`${unfinished} without a result`] : []),
  ];
  return [`${verdict}: ${counts.join(', ')}`, ...whyOf(result)].join('; ');
}

function toleratedText({ failed, tolerated_failures: tolerated }: RunResult): string {
  if (tolerated === 0) return '';
  if (failed > tolerated) return ` of which only ${are(tolerated)} tolerated`;
  return ` of which ${are(failed)} tolerated${failed < tolerated ? ` (up to ${tolerated})` : ''}`;
}

/** The reason for a verdict that the counts alone would not give. */
function whyOf(result: RunResult): string[] {
  const { verdict, status, total, failed, errored, flaky = 0, tolerated_failures: tolerated, disagreement } = result;
  if (disagreement !== undefined) return [lowerCase(disagreementSentence(disagreement))];
  if (status === 'RUNNING') return ['the execution still runs'];
  if (verdict === 'FAILED' && failed <= tolerated && flaky > 0) return ['what is flaky counts as failed by --strict'];
  if (verdict !== 'ERRORED' || errored > 0) return [];
  return [total === 0 ? 'nothing was tested' : `it ended as ${status}`];
}

function are(count: number): string {
  return `${count} ${count === 1 ? 'is' : 'are'}`;
}

function lowerCase(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
