import type { Command } from 'commander';
import { maxConfigurations } from '../../lib/stateMachine/executionBudget';
import { retryRule } from '../../lib/stateMachine/invocationRules';
import { limits, type Configuration, type RunResult } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { usd } from '../cost/cost';
import { everyResult } from '../result/allResults';
import { checkIdentifiers, readEarlierRun } from '../result/earlierRun';
import { executionInput } from '../execution/executionInput';
import { exitCode, type ExitCode } from '../exitCode';
import { planOf, type Plan, type PlannedTimes } from '../plan/plan';
import { isReadForCommands, withoutWorkflowCommands } from '../report/workflowCommands';
import { createRedactor } from '../result/redaction';
import { printable, printableLine } from '../terminal/printable';
import { UserError } from '../io/userError';
import { addAllowUnknownOption, addConfigurationsOption, maxConcurrency, nonEmpty, type Done } from './flags';

interface PlanOptions {
  configurations?: string;
  /** File with the result of an earlier run. */
  longestFirst?: string;
  maxConcurrency?: number;
  allowUnknown?: boolean;
}

/** As the construct's. */
const defaultConcurrency = 10;

const examples = `
Examples:
  system-test plan --configurations feeds.csv
  system-test plan --longest-first result.json --max-concurrency 20
`;

/** Adds `system-test plan`. */
export function addPlan(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('plan')
    .summary('say what a run would take')
    .description(
      "Says what a run would take, and calls nothing: size and limits, and by an earlier run's durations how long it " +
        'would take at a concurrency, and cost.',
    )
    .argument('[ID...]', 'identifiers of the configurations (default: those of --longest-first)');
  addAllowUnknownOption(addConfigurationsOption(command))
    .option('--max-concurrency <N>', `how many at once, 1 to 40 (default: ${defaultConcurrency})`, maxConcurrency)
    .option('--longest-first <RESULT>', 'JSON report of an earlier run, for its durations', nonEmpty('--longest-first'))
    .addHelpText('after', examples)
    .action(async (identifiers: string[], options: PlanOptions) => {
      done(await plan(identifiers, options, io));
    });
}

/**
 * Says what a run would take. Calls nothing.
 * @throws UserError where no configurations are named, or they don't fit in an execution
 */
async function plan(identifiers: string[], options: PlanOptions, io: CommandIo): Promise<ExitCode> {
  const { maxConcurrency: asked = defaultConcurrency, longestFirst } = options;
  const named = await namedConfigurations(identifiers, options.configurations, io);
  const earlier = longestFirst === undefined ? undefined : await readEarlierRun(longestFirst, '--longest-first', io);
  const configurations = named ?? (earlier && identifiersOf(earlier, longestFirst ?? ''));
  if (!configurations) {
    throw new UserError(
      'Expected configurations to plan for, got none: name them, or give --configurations FILE or --longest-first RESULT.',
    );
  }
  const input = executionInput({ ...options, configurations });
  const planned = planOf(configurations, { input, maxConcurrency: asked, earlier });
  io.stdout.write(shown(planText(planned, longestFirst), io.env));
  return exitCode.passed;
}

/** Untrusted identifiers are in it. */
function shown(text: string, env: CommandIo['env']): string {
  const safe = printable(createRedactor()(text));
  return isReadForCommands(env) ? withoutWorkflowCommands(safe) : safe;
}

function identifiersOf(earlier: RunResult, file: string): Configuration[] {
  const identifiers = Array.from(everyResult(earlier), (one) => one.configuration_identifier);
  checkIdentifiers(identifiers, file);
  return identifiers;
}

type Row = [name: string, value: string];

function planText(planned: Plan, file: string | undefined): string {
  const { total, maxConcurrency, inputBytes, events, stateTransitions, detailBytes, times } = planned;
  const most = maxConfigurations(retryRule.attempts);
  const rows: Row[] = [
    ['Configurations', `${grouped(total)}, at most ${maxConcurrency} at once`],
    ['Input', `${grouped(inputBytes)} of ${grouped(limits.payloadBytes)} bytes`],
    ['Output', `${grouped(detailBytes)} bytes for what each returns or logs; more is cut`],
    ['State transitions', `${grouped(stateTransitions)}, and one for each retry`],
    ['Events', `${grouped(events)} of ${grouped(limits.historyEvents)}, and three for each retry`],
    ...(total > most
      ? [['', `more than the ${grouped(most)} configurations that ${retryRule.attempts} retries allow`] as Row]
      : []),
    ...(times ? timeRows(times) : []),
  ];
  const unknown = file !== undefined && !times ? [`${printableLine(file)} tells no durations of them.`] : [];
  return `${[...rows.map(([name, value]) => `${name.padEnd(20)}${value}`), ...unknown].join('\n')}\n`;
}

function timeRows({ longest, sum, bound, given, longestFirst, unknown, usd: amount }: PlannedTimes): Row[] {
  return [
    ['Longest', `${seconds(longest.ms)}, ${printableLine(longest.identifier)}`],
    ['All together', seconds(sum)],
    ['The run takes', `${seconds(given)} in this order`],
    ['', `${seconds(longestFirst)} with --longest-first`],
    ['', `${seconds(bound)} at the least, in any order`],
    ...(unknown > 0
      ? [['', `where the ${grouped(unknown)} without a duration count as the mean of the others`] as Row]
      : []),
    ...(amount === undefined ? [] : [['Cost', `about ${usd(amount)}`] as Row]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
