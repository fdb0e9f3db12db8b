import type { Command } from 'commander';
import type { CommandIo } from '../terminal/commandIo';
import { nonEmpty } from './flagValues';
import { plan, type PlanOptions } from './plan';
import { maxConcurrency } from './runOptions';
import { addAllowUnknownOption, addConfigurationsOption, type Done } from './sharedOptions';

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
    .option('--max-concurrency <N>', 'how many at once, 1 to 40 (default: 10)', maxConcurrency)
    .option('--longest-first <RESULT>', 'JSON report of an earlier run, for its durations', nonEmpty('--longest-first'))
    .addHelpText('after', examples)
    .action(async (identifiers: string[], options: PlanOptions) => {
      done(await plan(identifiers, options, io));
    });
}
