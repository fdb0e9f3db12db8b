import { codeOf, type ExitCode } from '../exitCode';
import { prepareEnding, redactorOf, type ReportOptions } from '../report/ending';
import type { CommandIo } from '../terminal/commandIo';
import { inputName, readInputFile } from '../inputFile';
import { parseRunResult } from '../result/runResultFile';
import { Talk } from '../terminal/talk';

/**
 * `system-test report`: renders a saved result again.
 * @returns the exit code of the result's verdict, as known failures and `--strict` now have it
 * @throws UserError where the file is not the JSON report of a run
 */
export async function report(file: string, options: ReportOptions, io: CommandIo): Promise<ExitCode> {
  const ending = await prepareEnding(options, io, new Talk(io.stderr, 'normal', redactorOf(options)), [file]);
  const text = await readInputFile(file, 'RESULT', io);
  const { result, complete } = await ending.finish(parseRunResult(text, inputName(file)));
  return codeOf(result.verdict, { interrupted: false, complete });
}
