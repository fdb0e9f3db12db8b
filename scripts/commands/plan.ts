import { maxConfigurations } from '../../lib/executionBudget';
import { retryRule } from '../../lib/invocationRules';
import { limits, type Configuration, type RunResult } from '../../lib/wire';
import type { CommandIo } from '../terminal/commandIo';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { usd } from '../cost/cost';
import { checkIdentifiers, readEarlierRun } from '../result/earlierRun';
import { executionInput } from '../execution/executionInput';
import { exitCode, type ExitCode } from '../exitCode';
import { planOf, type Plan, type PlannedTimes } from '../plan/plan';
import { isReadForCommands, withoutWorkflowCommands } from '../report/workflowCommands';
import { createRedactor } from '../result/redaction';
import { printable, printableLine } from '../terminal/printable';
import { UserError } from '../userError';

export interface PlanOptions {
  configurations?: string;
  /** File with the result of an earlier run. */
  longestFirst?: string;
  maxConcurrency?: number;
  allowUnknown?: boolean;
}

/** As the construct's. */
const defaultConcurrency = 10;

/**
 * `system-test plan`: says what a run would take. Calls nothing.
 * @throws UserError where no configurations are named, or they don't fit in an execution
 */
export async function plan(identifiers: string[], options: PlanOptions, io: CommandIo): Promise<ExitCode> {
  const { maxConcurrency = defaultConcurrency, longestFirst } = options;
  const named = await namedConfigurations(identifiers, options.configurations, io);
  const earlier = longestFirst === undefined ? undefined : await readEarlierRun(longestFirst, '--longest-first', io);
  const configurations = named ?? (earlier && identifiersOf(earlier, longestFirst ?? ''));
  if (!configurations) {
    throw new UserError(
      'Expected configurations to plan for, got none: name them, or give --configurations FILE or --longest-first RESULT.',
    );
  }
  const input = executionInput({ ...options, configurations });
  const planned = planOf(configurations, { input, maxConcurrency, earlier });
  io.stdout.write(shown(planText(planned, longestFirst), io.env));
  return exitCode.passed;
}

/** Untrusted identifiers are in it. */
function shown(text: string, env: CommandIo['env']): string {
  const safe = printable(createRedactor()(text));
  return isReadForCommands(env) ? withoutWorkflowCommands(safe) : safe;
}

function identifiersOf({ results }: RunResult, file: string): Configuration[] {
  const identifiers = results.map((one) => one.configuration_identifier);
  checkIdentifiers(identifiers, file);
  return identifiers;
}

function planText(planned: Plan, file: string | undefined): string {
  const { total, maxConcurrency, inputBytes, events, stateTransitions, detailBytes, times } = planned;
  const most = maxConfigurations(retryRule.attempts);
  const rows: [string, string][] = [
    ['Configurations', `${grouped(total)}, at most ${maxConcurrency} at once`],
    ['Input', `${grouped(inputBytes)} of ${grouped(limits.payloadBytes)} bytes`],
    ['Output', `${grouped(detailBytes)} bytes for what each returns or logs; more is cut`],
    ['State transitions', `${grouped(stateTransitions)}, and one for each retry`],
    ['Events', `${grouped(events)} of ${grouped(limits.historyEvents)}, and three for each retry`],
    ...(total > most
      ? [
          ['', `more than the ${grouped(most)} configurations that ${retryRule.attempts} retries allow`] as [
            string,
            string,
          ],
        ]
      : []),
    ...(times ? timeRows(times) : []),
  ];
  const unknown = file !== undefined && !times ? [`${printableLine(file)} tells no durations of them.`] : [];
  return `${[...rows.map(([name, value]) => `${name.padEnd(20)}${value}`), ...unknown].join('\n')}\n`;
}

function timeRows({
  longest,
  sum,
  bound,
  given,
  longestFirst,
  unknown,
  usd: amount,
}: PlannedTimes): [string, string][] {
  return [
    ['Longest', `${seconds(longest.ms)}, ${printableLine(longest.identifier)}`],
    ['All together', seconds(sum)],
    ['The run takes', `${seconds(given)} in this order`],
    ['', `${seconds(longestFirst)} with --longest-first`],
    ['', `${seconds(bound)} at the least, in any order`],
    ...(unknown > 0
      ? [['', `where the ${grouped(unknown)} without a duration count as the mean of the others`] as [string, string]]
      : []),
    ...(amount === undefined ? [] : [['Cost', `about ${usd(amount)}`] as [string, string]]),
  ];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)}s`;
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}
