/** What a person does next after a run that did not pass. */
import { isAbsolute, relative } from 'node:path';
import { isJsonObject, type RunResult } from '../../lib/wire';
import { packageFile } from '../io/builtFile';
import type { CommandIo } from '../io/commandIo';
import type { Redactor } from '../result/redaction';
import { toRerun } from '../result/rerun';
import { printableLine } from '../terminal/printable';
import type { TestOptions } from './flags';

/** The flags that a run has again where it is run again: where it runs, and by what it is judged. */
const kept = [
  ...['local', 'app', 'envFile', 'functionProfile', 'functionEndpointUrl', 's3', 'strictLayers', 'runtimeCache'],
  ...['stack', 'test', 'stateMachine', 'function', 'profile', 'region', 'endpointUrl'],
  ...['allowUnknown', 'knownFailures', 'strict'],
];

/** Characters of a command with identifiers in it that one still wants to copy. */
const longestCommand = 1000;

/** What the steps depend on beside the result. */
export interface Ended {
  options: TestOptions;
  io: Pick<CommandIo, 'env' | 'cwd'>;
  redact: Redactor;
  /** Whether all reports could be written. */
  saved: boolean;
}

/** A sentence each: the command that runs just those again that did not pass, where to look, and what to read. */
export function nextSteps(result: RunResult, ended: Ended): string[] {
  if (isSample(result)) {
    const these = result.failed === 1 ? 'This one is' : `These ${result.failed} are`;
    return [
      `${these} made to fail: the sample's function does so as its seed has it (SYSTEM_TEST_SLEEPY_FAILURE_PERCENT). ` +
        `How to test a function of your own: ${near(packageFile('README.md'), ended)}, "Use it with your own function".`,
    ];
  }
  const { console_url: link } = result;
  return [
    ...rerunStep(result, ended),
    ...(link === undefined ? [] : [`The execution in the console: ${link}`]),
    `What the verdicts and errors mean, and what to do: ${near(packageFile('docs', 'runbook.md'), ended)}`,
  ];
}

function rerunStep(result: RunResult, { options, io, redact, saved }: Ended): string[] {
  const identifiers = toRerun(result);
  // What may still run is not to be run a second time, and what is redacted can't be named.
  const named = identifiers.every((one) => redact(one) === one);
  if (identifiers.length === 0 || result.status === 'RUNNING' || !named) return [];
  const these = identifiers.length === 1 ? 'this one' : `these ${identifiers.length}`;
  const { report = [], configurations } = options;
  const file = report.find(
    (one) => one.format === 'json' && one.file !== undefined && !/^\/dev\//.test(one.file),
  )?.file;
  const base = [callOf(io.env), result.execution_arn === '' ? 'invoke' : 'run', ...flagsOf(options)];
  if (file !== undefined && saved) {
    const given =
      configurations === undefined || configurations === '-' ? [] : ['--configurations', quoted(configurations)];
    return copied([...base, ...given, '--rerun-failed', quoted(file)]);
  }
  const dash = identifiers.some((one) => one.startsWith('-')) ? ['--'] : [];
  const command = needKeys(identifiers, result, options) ? [] : copied([...base, ...dash, ...identifiers.map(quoted)]);
  // On this machine nothing is left of an execution, and that of a Distributed Map tells counts only.
  const isKept = result.execution_arn !== '' && !options.local && result.mode === undefined;
  const last = isKept ? copied([...base, '--rerun-failed']) : [];
  const later = `To run just ${these} again, a report has to be saved: --report json=result.json, then --rerun-failed result.json.`;
  return [...command, ...last, later].slice(0, 1);

  /** Nothing where it would not be what is printed. */
  function copied(words: string[]): string[] {
    const text = words.join(' ');
    const isSame = redact(text) === text && printableLine(text) === text;
    return isSame && text.length <= longestCommand ? [`To run just ${these} again: ${text}`] : [];
  }
}

/** Whether identifiers alone would be tested with fewer keys than they were. */
function needKeys(
  identifiers: string[],
  result: RunResult,
  options: TestOptions & { allowUnknown?: boolean },
): boolean {
  if (options.configurations !== undefined) return true;
  const again = new Set(identifiers);
  const added = result.execution_arn !== '' && !options.allowUnknown;
  return !added && result.results.some((one) => one.configuration && again.has(one.configuration_identifier));
}

/** How the user calls the command: by a script of a clone, by npx or a script of a project, or itself. */
function callOf({ npm_lifecycle_event: event, npm_package_name: name }: CommandIo['env']): string {
  if (event === undefined) return 'system-test';
  return name === 'lambda-system-test' && event !== 'npx' ? 'npm run -s trigger --' : 'npx system-test';
}

function flagsOf(options: TestOptions): string[] {
  const given = Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (!kept.includes(name)) return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : typeof value === 'string' ? [flag, quoted(value)] : [];
  });
  const redactions = (options.redact ?? []).flatMap(({ source }) => ['--redact', quoted(source)]);
  return [...given, ...redactions, ...(options.redactCredentials === false ? ['--no-redact-credentials'] : [])];
}

/** A word for a POSIX shell, and for zsh, which looks up what begins with an equals sign. */
function quoted(word: string): string {
  return /^[\w@%+:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Whether the function is the one that ships here, by what it returns and how it fails. */
function isSample({ results, failed, errored }: RunResult): boolean {
  const isSleepy = results.every(({ status, response, error }) =>
    status === 'PASSED'
      ? isJsonObject(response) && typeof response.slept_for === 'number'
      : error?.message === 'Something went wrong!',
  );
  return isSleepy && failed > 0 && errored === 0 && results.some(({ status }) => status === 'PASSED');
}

/** The path from where the user is, unless that leads up. */
function near(file: string, { io }: Ended): string {
  const path = relative(io.cwd(), file);
  return path.startsWith('..') || isAbsolute(path) ? file : path;
}
