/**
 * CI servers take orders from what a job prints: an untrusted log line could set variables, mask the log or fake
 * results. Where they look:
 *
 * - GitHub Actions: `::command::` at the start of a line, after white space, and the old `##[command]` anywhere in it
 *   (https://docs.github.com/actions/reference/workflow-commands-for-github-actions)
 * - Azure Pipelines: `##vso[command]` anywhere in a line, `##[command]` at its start
 *   (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands)
 * - TeamCity: `##teamcity[message]` anywhere in a line (https://www.jetbrains.com/help/teamcity/service-messages.html)
 */
const atStart = /^([^\S\r\n]*):(?=:)/gm;
const anywhere = /##(?=(?:vso|teamcity)?\[)/gi;

/**
 * Text that is safe to print in a CI job: a space breaks each order, which stays readable. Meant for a whole report
 * after the terminal's control characters were taken out of it. An address such as `::1` at the start of a line gets the
 * space as well.
 */
export function withoutWorkflowCommands(text: string): string {
  return text.replace(atStart, '$1: ').replace(anywhere, '# #');
}

/** The same for a text whose untrusted parts are JSON strings: the escape keeps what they say. */
export function jsonWithoutWorkflowCommands(json: string): string {
  return json.replace(anywhere, '#\\u0023');
}

/** Whether what the command prints is read for orders: each of the three sets a variable of its own. */
export function isReadForCommands(env: Readonly<NodeJS.ProcessEnv>): boolean {
  return [env.GITHUB_ACTIONS, env.TF_BUILD, env.TEAMCITY_VERSION].some((value) => (value ?? '') !== '');
}
