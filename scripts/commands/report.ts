import type { Command } from 'commander';
import { codeOf, type ExitCode } from '../exitCode';
import { inputName, readInputFile } from '../io/inputFile';
import { checkReports, defaultReports, reportResult } from '../report/reports';
import { reportMebibytes } from '../result/earlierRun';
import { judgeBy } from '../result/judgement';
import { redactorOf } from '../result/redaction';
import { parseRunResult } from '../result/runResultFile';
import type { CommandIo } from '../io/commandIo';
import { Talk } from '../terminal/talk';
import { addReportOptions, exitCodesHelp, type Done, type ResultOptions } from './flags';

const examples = `
Examples:
  system-test report result.json
  system-test report result.json --report html=r.html --report junit=j-%d.xml
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
    .action(async (file: string, options: ResultOptions) => {
      done(await report(file, options, io));
    });
}

/**
 * Renders a saved result again.
 * @returns the exit code of the result's verdict, as known failures and `--strict` now have it
 * @throws UserError where the file is not the JSON report of a run
 */
async function report(file: string, options: ResultOptions, io: CommandIo): Promise<ExitCode> {
  const { report: reports = defaultReports, knownFailures } = options;
  const redact = redactorOf(options);
  const talk = new Talk(io.stderr, 'normal', redact);
  await checkReports(reports, [knownFailures, file]);
  const judge = await judgeBy(options, io);
  const text = await readInputFile(file, 'RESULT', { ...io, mebibytes: reportMebibytes });
  const result = judge(parseRunResult(text, inputName(file)));
  const complete = await reportResult(result, reports, options, { io, talk, redact });
  return codeOf(result.verdict, { interrupted: false, complete });
}
