import { redactedIdentifier, redactOrigin, type Redactor } from '../result/redaction';
import type { History, HistoryRun } from './history';

/**
 * The history without secrets, as the reports of a run are: an identifier that was redacted carries its place in the
 * history, as in `tenant-[redacted] #3`.
 */
export function redactHistory(history: History, redactor: Redactor): History {
  const { state_machine_arn: arn, test, runs, configurations, notes } = history;
  return {
    ...history,
    ...(arn !== undefined && { state_machine_arn: redactor(arn) }),
    ...(test !== undefined && { test: redactor(test) }),
    runs: runs.map((run) => redactRun(run, redactor)),
    // Those that were redacted before are not in it.
    configurations: configurations.map((one, index) => ({
      ...one,
      configuration_identifier: redactedIdentifier(one.configuration_identifier, index + 1, new Set(), redactor),
    })),
    notes: notes.map((note) => redactor(note)),
  };
}

/** All texts that are not ours. */
function redactRun(run: HistoryRun, redactor: Redactor): HistoryRun {
  const { name, execution_arn: arn, error, unread, started_by: starter, origin } = run;
  return {
    ...run,
    name: redactor(name),
    ...(arn !== undefined && { execution_arn: redactor(arn) }),
    ...(error !== undefined && { error: redactor(error) }),
    ...(unread !== undefined && { unread: redactor(unread) }),
    started_by: redactStarter(starter, redactor),
    ...(origin && { origin: redactOrigin(origin, redactor) }),
  };
}

function redactStarter(starter: HistoryRun['started_by'], redactor: Redactor): HistoryRun['started_by'] {
  switch (starter.kind) {
    case 'codepipeline':
      return { ...starter, pipeline_execution_id: redactor(starter.pipeline_execution_id) };
    case 'codebuild':
      return { ...starter, build_id: redactor(starter.build_id) };
    default:
      return starter;
  }
}
