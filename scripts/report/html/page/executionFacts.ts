import type { RunCost, RunResult } from '../../../../lib/wire';
import { isOnResult } from '../../../result/knownFailureNotes';
import { originLine } from '../../../result/originText';
import { aside, element, facts, section } from './dom';
import { count, duration, usd, utc } from './model/format';

/** What ran, when, for how long, under which limits and at what price. */
export function executionSection(run: RunResult): HTMLElement {
  const { execution_arn: arn, max_concurrency: concurrency } = run;
  return section(
    'execution',
    'Execution',
    facts(
      ['Status', element('code', {}, run.status)],
      ['Started', time(run.started_at)],
      ['Duration', duration(run.duration_seconds * 1000)],
      ['Concurrency', concurrency > 0 ? `at most ${count(concurrency)} at once` : 'not known'],
      ['Tolerated', run.tolerated_failures === 1 ? '1 failure' : `${count(run.tolerated_failures)} failures`],
      ['Console', webLink(run.console_url, /^https:\/\//i, 'Open in Step Functions')],
      ['Origin', (run.origin && originLine(run.origin)) || undefined],
      ['Build', webLink(run.origin?.build_url, /^https?:\/\//i, 'Open the build')],
      ['ARN', arn ? arnParts(arn) : 'none: the function was invoked directly'],
    ),
  );
}

/** What is to do about the list of known failures, where no configuration shows it: those stand among the causes. */
export function notesSection({ known_failure_notes: notes = [] }: RunResult): HTMLElement | undefined {
  const others = notes.filter((note) => !isOnResult(note));
  return others.length === 0
    ? undefined
    : section('notes', 'Known failures', element('ul', {}, ...others.map((note) => element('li', {}, note))));
}

/** The price of the run, or why it isn't known; nothing where it was not asked for. */
export function costSection({ cost, cost_unknown: why }: RunResult): HTMLElement | undefined {
  if (!cost) return why === undefined ? undefined : section('cost', 'Cost', aside(`Not known: ${why}`));
  return section(
    'cost',
    cost.charged === false ? 'Cost, if it had run on AWS' : 'Cost',
    facts(
      ['Total', element('b', {}, usd(cost.total_usd))],
      [
        'Lambda',
        `${usd(cost.lambda_usd)} for ${count(cost.lambda_requests)} requests and ${gigabyteSeconds(cost)} GB-s`,
      ],
      [
        'Step Functions',
        cost.state_transitions === undefined
          ? undefined
          : `${usd(cost.state_transitions_usd ?? 0)} for ${count(cost.state_transitions)} transitions`,
      ],
    ),
    aside(
      `By the public price list of ${cost.price_region} for ${cost.architecture}, ${cost.price_date}, without free tiers, discounts and taxes.`,
    ),
  );
}

/** An ARN that does not fit on a line breaks after a colon. */
function arnParts(arn: string): HTMLElement {
  return element('code', {}, ...arn.split(/(?<=:)/).flatMap((part) => [part, element('wbr')]));
}

function gigabyteSeconds({ lambda_gb_seconds: seconds }: RunCost): string {
  return seconds < 100 ? String(Number(seconds.toPrecision(3))) : count(Math.round(seconds));
}

function time(iso: string): HTMLElement | string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  const here = new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  return element('time', { datetime: iso, title: `${here} on this device` }, utc(at));
}

/** Only a link to the web: the address comes from the result, and could be a script. */
function webLink(address: string | undefined, allowed: RegExp, text: string): HTMLElement | undefined {
  return address !== undefined && allowed.test(address)
    ? element('a', { href: address, rel: 'noreferrer' }, text)
    : undefined;
}
