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
