import type { RunConfigurationResult, RunResult, Verdict } from '../../../lib/wire';
import { configurationText } from '../configurationText';
import { htmlPage } from './htmlPage';

/** Characters of what a configuration holds beside its identifier. */
const mostOfKeys = 4000;

/**
 * The result as one HTML page that needs nothing else.
 * @throws Error where the package was not built
 */
export function renderHtml(result: RunResult): string {
  const headline = `${verdictOf(result)}: ${result.passed} of ${result.total} passed`;
  const data = { ...result, results: result.results.map(withShortKeys), all: undefined };
  return htmlPage({ name: 'reportPage', headline, title: 'system test', data });
}

/** A configuration may hold 100 KB, which nobody reads on a page, and there may be a thousand of them. */
function withShortKeys(one: RunConfigurationResult): RunConfigurationResult {
  const { configuration } = one;
  return configuration && JSON.stringify(configuration).length > mostOfKeys
    ? { ...one, configuration: { '(cut)': configurationText(configuration, mostOfKeys) } }
    : one;
}

/** Only these words stand in the page outside of its JSON. */
function verdictOf({ verdict }: RunResult): Verdict {
  return verdict === 'PASSED' || verdict === 'FAILED' ? verdict : 'ERRORED';
}
