import type { Command } from 'commander';
import type { CommandIo } from '../terminal/commandIo';
import { exitCodesHelp } from './exitCodesHelp';
import { report } from './report';
import { addReportOptions } from './reportOptions';
import type { ReportOptions } from '../report/ending';
import type { Done } from './sharedOptions';

const examples = `
Examples:
  system-test report result.json
  system-test report result.json --report html=report.html --report junit=junit-%d.xml
  system-test report result.json --known-failures known.json --no-cost
`;

/** Adds `system-test report`. */
export function addReport(program: Command, io: CommandIo, done: Done): void {
  const command = program
    .command('report')
    .summary('render a saved result again')
    .description('Renders the JSON report of a run again. The exit code is that of its verdict.')
    .argument('<RESULT>', 'JSON report of a run; - is standard input');
  addReportOptions(command)
    .addHelpText('after', examples + exitCodesHelp)
    .action(async (file: string, options: ReportOptions) => {
      done(await report(file, options, io));
    });
}
