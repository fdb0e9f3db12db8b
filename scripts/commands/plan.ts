import type { Command } from 'commander';
import { limits, type Configuration, type RunResult } from '../../lib/wire';
import type { CommandIo } from '../io/commandIo';
import { matching } from '../configurations/grep';
import { namedConfigurations } from '../configurations/namedConfigurations';
import { grouped } from '../cost/cost';
import { everyResult } from '../result/allResults';
import { checkIdentifiers, readEarlierRun } from '../result/earlierRun';
import { checkFitsInline, executionInput, inputJson } from '../execution/executionInput';
import { exitCode, type ExitCode } from '../exitCode';
import { planOf, type Plan } from '../plan/plan';
import { planJson, planText } from '../plan/planReport';
import { isReadForCommands, jsonWithoutWorkflowCommands, withoutWorkflowCommands } from '../report/workflowCommands';
import { createRedactor } from '../result/redaction';
import { printable } from '../terminal/printable';
import { UserError } from '../io/userError';
import {
  addAllowUnknownOption,
  addConfigurationsOption,
  addGrepOption,
  expected,
  integer,
  maxConcurrency as parseConcurrency,
  nonEmpty,
  type Done,
} from './flags';

interface PlanOptions {
  configurations?: string;
  /** Only those whose identifier matches. */
  grep?: RegExp;
  /** File with the result of an earlier run. */
  longestFirst?: string;
  maxConcurrency?: number;
  allowUnknown?: boolean;
  mode?: Mode;
  batchSize?: number;
  json?: boolean;
}

/** The construct's. */
type Mode = 'INLINE' | 'DISTRIBUTED' | 'AUTO';
const modes: readonly Mode[] = ['INLINE', 'DISTRIBUTED', 'AUTO'];

/** As the construct's. */
const defaultConcurrency = 10;
/** Of the columns that show batches. */
const defaultBatchSize = 10;

const examples = `
Examples:
  system-test plan --configurations feeds.csv
  system-test plan --longest-first result.json --max-concurrency 20
  system-test plan --configurations tenants.csv --max-concurrency 1000 --json
`;

/** Adds `system-test plan`. */
export function addPlan(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('plan')
    .summary('say what a run would take')
    .description(
      'Says what a run would take in each mode, and calls nothing: size, limits and price, and by the durations of an ' +
        'earlier run how long it would take at a concurrency.',
    )
    .argument('[ID...]', 'identifiers of the configurations (default: those of --longest-first)');
  addAllowUnknownOption(addGrepOption(addConfigurationsOption(command)))
    .option(
      '--max-concurrency <N>',
      `how many at once, 1 to 10,000; inline 40 (default: ${defaultConcurrency})`,
      parseConcurrency,
    )
    .option('--mode <MODE>', 'INLINE, DISTRIBUTED or AUTO, as the construct has it (default: AUTO)', mode)
    .option('--batch-size <N>', `configurations of a batch, 1 to 100 (default: ${defaultBatchSize})`, (text) =>
      integer(text, '--batch-size', 1, limits.batchSize),
    )
    .option('--longest-first <RESULT>', 'JSON report of an earlier run, for its durations', nonEmpty('--longest-first'))
    .option('--json', 'as JSON')
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
  const {
    maxConcurrency = defaultConcurrency,
    batchSize = defaultBatchSize,
    mode: asked,
    longestFirst,
    json,
  } = options;
  const named = await namedConfigurations(identifiers, options.configurations, io);
  const earlier = longestFirst === undefined ? undefined : await readEarlierRun(longestFirst, '--longest-first', io);
  const given = named ?? (earlier && identifiersOf(earlier, longestFirst ?? ''));
  if (!given) {
    throw new UserError(
      'Expected configurations to plan for, got none: name them, or give --configurations FILE or --longest-first RESULT.',
    );
  }
  const configurations = matching(given, options.grep);
  const input = { ...options, configurations };
  if (asked === 'INLINE') {
    checkFitsInline(configurations);
  }
  const inputBytes = Buffer.byteLength(asked === 'INLINE' ? executionInput(input) : inputJson(input));
  const planned = inMode(asked, planOf({ configurations, inputBytes, maxConcurrency, batchSize, earlier }));
  const source = earlier && { file: longestFirst ?? '', startedAt: earlier.started_at, configurations: !named };
  const redact = createRedactor();
  const forCommands = isReadForCommands(io.env);
  if (json) {
    const text = planJson(planned, source, redact);
    io.stdout.write(forCommands ? jsonWithoutWorkflowCommands(text) : text);
  } else {
    const text = printable(redact(planText(planned, source)));
    io.stdout.write(forCommands ? withoutWorkflowCommands(text) : text);
  }
  return exitCode.passed;
}

function mode(text: string): Mode {
  const known = modes.find((one) => one === text.toUpperCase());
  if (!known) throw expected('--mode', 'INLINE, DISTRIBUTED or AUTO', text);
  return known;
}

/**
 * The plan with the ways that a mode leaves.
 * @throws UserError where none of them is possible
 */
function inMode(asked: Mode | undefined, planned: Plan): Plan {
  if (asked === 'INLINE') return { ...planned, ways: planned.ways.filter((way) => !way.distribution) };
  const ways = asked === 'DISTRIBUTED' ? planned.ways.filter((way) => way.distribution) : planned.ways;
  if (ways.every(({ obstacles }) => obstacles.length > 0)) {
    throw new UserError(
      `Expected configurations that one execution can test, got ${grouped(planned.total)}: ` +
        `${ways.flatMap(({ obstacles }) => obstacles).join('; ')}.`,
    );
  }
  return { ...planned, ways };
}

function identifiersOf(earlier: RunResult, file: string): Configuration[] {
  const identifiers = Array.from(everyResult(earlier), (one) => one.configuration_identifier);
  checkIdentifiers(identifiers, file);
  return identifiers;
}
