import type { Execution } from '../execution';
import { withoutExecutionData } from '../history';
import { makeToken, readToken } from '../pageToken';
import { executionOf, type Operation } from './operation';

/**
 * A page starts at an event's id, which never changes: asking again with the same token gives the same events and, where the page
 * was not full, those recorded since.
 */
export const getExecutionHistory: Operation = (members, context) => {
  const size = members.pageSize();
  const reverse = members.optionalFlag('reverseOrder') ?? false;
  const withData = members.optionalFlag('includeExecutionData') ?? true;
  const token = members.optionalText('nextToken', { max: 1024 });
  const execution = executionOf(members, context);
  const scope = `${execution.executionArn} ${reverse ? 'newest first' : 'oldest first'}`;
  const first = token === undefined ? (reverse ? execution.history.length : 1) : readToken(scope, token);
  const events = reverse ? backward(execution, first, size) : forward(execution, first, size);
  const next = (events.at(-1)?.id ?? first) + (reverse ? -1 : 1);
  const more = next >= 1 && next <= execution.history.length;
  return {
    events: withData ? events : events.map(withoutExecutionData),
    nextToken: more ? makeToken(scope, next) : undefined,
  };
};

function forward({ history }: Execution, first: number, size: number) {
  const last = Math.min(first + size - 1, history.length);
  return last < first ? [] : history.between(first, last);
}

function backward({ history }: Execution, first: number, size: number) {
  return first < 1 ? [] : history.between(first, Math.max(first - size + 1, 1));
}
