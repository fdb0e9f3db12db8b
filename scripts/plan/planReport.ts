/** A plan as a text of 80 columns and as JSON. */
import { maxItems } from '../../lib/stateMachine/inputExpressions';
import { maxListedBytes } from '../../lib/stateMachine/listingExpressions';
import { limits } from '../../lib/wire';
import { grouped, usd } from '../cost/cost';
import { defaultPriceRegion, priceDate } from '../cost/prices';
import { jsonEscaped } from '../report/json';
import { controls, printableLine } from '../terminal/printable';
import type { Makespan, Plan, PlannedWay } from './plan';
import type { PlannedPrice } from './price';

/** Where the configurations and their durations come from: the report of an earlier run. */
export interface PlanSource {
  file: string;
  /** ISO 8601, UTC. */
  startedAt: string;
  /** Whether the configurations are those of the report, as none were named. */
  configurations: boolean;
}

/**
 * The plan as JSON, for programs: counts, milliseconds and USD as numbers.
 * @param redact takes secrets out of a text
 */
export function planJson(plan: Plan, source: PlanSource | undefined, redact: (text: string) => string): string {
  const { total, maxConcurrency, inputBytes, mode, ways, durations, priceRegion } = plan;
  const value = {
    schema_version: 1,
    total,
    max_concurrency: maxConcurrency,
    input_bytes: inputBytes,
    configurations_of: source?.configurations ? { file: source.file, started_at: source.startedAt } : undefined,
    mode: mode.name,
    because: mode.because,
    durations: durations && {
      longest: { configuration_identifier: durations.longest.identifier, duration_ms: durations.longest.ms },
      sum_ms: durations.sum,
      unknown: durations.unknown,
    },
    price_region: priceRegion,
    price_date: priceDate,
    ways: ways.map((way) => ({
      mode: modeName(way),
      batch_size: way.distribution?.batchSize,
      execution_type: way.distribution?.executionType,
      obstacles: way.obstacles,
      at_once: way.atOnce,
      children: way.children,
      events: way.events,
      state_transitions: way.stateTransitions,
      result_bytes: way.resultBytes,
      output_bytes: way.distribution && way.outputBytes,
      starts_ms: way.startsMs,
      takes_ms: way.takes && {
        least: way.takes.bound,
        given: way.takes.given,
        longest_first: way.takes.longestFirst,
      },
      s3_requests: way.s3,
      usd: {
        lambda: way.price.lambda,
        state_transitions: way.price.stateTransitions,
        express: way.price.express,
        s3: way.price.s3,
        total: way.price.total,
      },
    })),
  };
  const safe = (_: string, part: unknown) => (typeof part === 'string' ? redact(part) : part);
  return `${jsonEscaped(JSON.stringify(value, safe, 2), controls)}\n`;
}

type Row = [name: string, ...values: string[]];

/** The plan for people. */
export function planText(plan: Plan, source: PlanSource | undefined): string {
  const { total, maxConcurrency, mode, durations } = plan;
  const head: Row[] = [
    ['Configurations', `${grouped(total)}, at most ${grouped(maxConcurrency)} at once`],
    ...(source?.configurations
      ? [
          ['', `those of ${printableLine(source.file)}, ${source.startedAt}`] as Row,
          ['', 'not asked: what their source lists now'] as Row,
        ]
      : []),
    ['Input', roomFor(plan)],
    ['Mode, where AUTO', mode.name],
    ['', mode.because],
    ...(durations
      ? [
          ['Longest', `${seconds(durations.longest.ms)}, ${printableLine(durations.longest.identifier)}`] as Row,
          ['All together', seconds(durations.sum)] as Row,
        ]
      : []),
    ...(durations && durations.unknown > 0
      ? [['', `where the ${grouped(durations.unknown)} without a duration count as the mean of the others`] as Row]
      : []),
  ];
  const lines = [
    ...head.map(([name, ...values]) => `${name.padEnd(nameWidth)}${values.join('')}`),
    '',
    ...table(plan.ways),
    '',
    ...notes(plan),
    ...(source && !durations ? [`${printableLine(source.file)} tells no durations of them.`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Where a list of that size has room. */
function roomFor({ total, inputBytes }: Plan): string {
  if (total > maxItems) return `none holds ${grouped(total)} configurations: only a source in S3 does`;
  if (inputBytes > limits.payloadBytes) return `none holds ${grouped(inputBytes)} bytes: only a source in S3 does`;
  const ofRoom = `${grouped(inputBytes)} of ${grouped(limits.payloadBytes)} bytes`;
  return inputBytes > maxListedBytes ? `${ofRoom}: too many for the construct or a lister` : ofRoom;
}

const nameWidth = 20;
const columnWidth = 15;

/** A column a way, a row a figure. */
function table(ways: PlannedWay[]): string[] {
  const row = (name: string, value: (way: PlannedWay) => string | undefined): Row[] => {
    const values = ways.map(value);
    return values.every((one) => one === undefined) ? [] : [[name, ...values.map((one) => one ?? '-')]];
  };
  const takes = (key: keyof Makespan) => (way: PlannedWay) => way.takes && seconds(way.takes[key]);
  const price = (key: keyof PlannedPrice) => (way: PlannedWay) => {
    const amount = way.price[key];
    return amount === undefined ? undefined : usd(amount);
  };
  const rows = [
    ...row('', modeName),
    ...row('Children', ({ distribution }) => distribution?.executionType),
    ...row('Batch size', ({ distribution }) => distribution && grouped(distribution.batchSize)),
    ...row('Possible', ({ obstacles }) => (obstacles.length === 0 ? 'yes' : 'no')),
    ...row('At once', ({ atOnce }) => grouped(atOnce)),
    ...row('Child executions', ({ children, distribution }) => distribution && grouped(children)),
    ...row('Events of 25,000', ({ events }) => grouped(events)),
    ...row('State transitions', ({ stateTransitions }) => grouped(stateTransitions)),
    ...row('Bytes of a result', ({ resultBytes }) => (resultBytes > 0 ? grouped(resultBytes) : undefined)),
    ...row('Bytes of output', ({ outputBytes, distribution }) => distribution && grouped(outputBytes)),
    ...row('All started after', ({ startsMs }) => (startsMs === undefined ? undefined : seconds(startsMs))),
    ...row('In this order', takes('given')),
    ...row('Longest first', takes('longestFirst')),
    ...row('At the least', takes('bound')),
    ...row('Price, Lambda', price('lambda')),
    ...row('Price, transitions', price('stateTransitions')),
    ...row('Price, EXPRESS', (way) =>
      way.distribution?.executionType === 'EXPRESS' ? price('express')(way) : undefined,
    ),
    ...row('Price, S3', price('s3')),
    ...row('Price together', price('total')),
  ];
  return rows.map(
    ([name, ...values]) => name.padEnd(nameWidth) + values.map((value) => value.padStart(columnWidth)).join(''),
  );
}

function notes({ ways, durations, priceRegion }: Plan): string[] {
  return [
    ...ways.flatMap((way) => way.obstacles.map((obstacle) => `${nameOf(way)}: ${obstacle}.`)),
    'The configurations of a batch are tested one after the other.',
    'Each retry takes one more state transition, and inline three more events.',
    ...(durations ? [] : ['Lambda and EXPRESS cost by durations, which the report of a run tells.']),
    ...(durations && ways[0]?.price.lambda === undefined
      ? ['The report tells no cost, so that of Lambda is not known.']
      : []),
    `List prices of ${priceRegion}, ${priceDate}${priceRegion === defaultPriceRegion ? '' : `; of ${defaultPriceRegion} for EXPRESS and S3`}.`,
  ];
}

function modeName({ distribution }: PlannedWay): Plan['mode']['name'] {
  return distribution ? 'DISTRIBUTED' : 'INLINE';
}

function nameOf({ distribution }: PlannedWay): string {
  return distribution ? `${distribution.executionType}, ${distribution.batchSize} a batch` : 'INLINE';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })}s`;
}
