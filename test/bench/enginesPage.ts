/** docs/engines.md as `npm run bench:engines -- --write` writes it: the engine beside those of others, and where it loses. */
import { lossesOf, measuredOn, tableOf, type Figure, type Setting } from './comparison';

/** What an execution of 1,000 configurations was like on an engine. */
export interface Engine {
  name: string;
  /** From the call that starts the execution to the answer that it has ended. */
  seconds: number;
  /** Of the engine's process. */
  cpuSeconds: number;
  /** The same with the processes that run the function. */
  allCpuSeconds: number;
  /** The most that the engine's process ever held, in MB. */
  memory: number;
  events: number;
  /** Events of AWS that it lacks, or has after another event than AWS. */
  wrongEvents: number;
  /** Executions that did not come to their result, and were repeated. */
  failed: number;
}

export interface Engines {
  local: Engine;
  /** Of the local endpoint, without what runs the function. */
  engine: Engine;
  miniStack: Engine;
  moto: Engine;
}

const peers: (keyof Engines)[] = ['miniStack', 'moto'];
const figures: Figure<keyof Engines, Engine>[] = [
  { what: 'start to end, s', of: ({ seconds }) => seconds, digits: 2, against: peers },
  { what: 'CPU time of the engine, s', of: ({ cpuSeconds }) => cpuSeconds, digits: 2, against: peers },
  { what: 'with the function, s', of: ({ allCpuSeconds }) => allCpuSeconds, digits: 2, against: peers },
  { what: 'peak memory of the engine, MB', of: ({ memory }) => memory, digits: 1, against: peers },
  { what: 'events in the history', of: ({ events }) => events },
  { what: 'events missing or out of place', of: ({ wrongEvents }) => wrongEvents, against: peers },
  { what: 'executions that failed', of: ({ failed }) => failed, against: peers },
];

/** The table, in Markdown. */
export function enginesTable({ local, engine, miniStack, moto }: Engines): string {
  return tableOf(figures, [local, engine, miniStack, moto]);
}

/** One sentence for each figure in which ours takes more than a peer. */
export function engineLosses(engines: Engines): string[] {
  return lossesOf(figures, engines, ['local', 'engine']);
}

/** How many times as much one takes as the other, in words. */
function times(one: Engine, other: Engine): string {
  const [seconds, cpu] = [one.seconds / other.seconds, one.cpuSeconds / other.cpuSeconds].map((each) =>
    each.toFixed(1),
  );
  return `${seconds} times as long as ${other.name}, and ${cpu} times its CPU time`;
}

/** The page as a whole. */
export function enginesPage(engines: Engines, setting: Setting): string {
  const { local, engine, miniStack, moto } = engines;
  const fastest = miniStack.seconds < moto.seconds ? miniStack : moto;
  const lost = engineLosses(engines);
  return `# The engine beside those of others

\`system-test local\`, MiniStack, and moto with the engine of LocalStack run the same template (\`test/bench/enginesApp.ts\`): a
system test of 1,000 configurations, 40 at once, whose function returns at once. \`npm run bench:engines -- --write\` measured it and
wrote this page.

${enginesTable(engines)}

${measuredOn(setting)}, of moto one, after an execution of 40 configurations.

${fastest.name} takes ${times(fastest, local)}.
It takes ${times(fastest, engine)}.

- The same client starts each execution, and asks every 0.1 s whether it has ended.
- \`system-test local\` and MiniStack run the function in processes of their own. moto would run it in Docker, so a server of the bench stands
  in for it, whose CPU time is not counted. In the engine of the endpoint alone the answer stands in its place.
- An event is out of place where it follows another event than on AWS, by its \`previousEventId\`. AWS has 7,014.
- An execution that failed was repeated. MiniStack ends an expression after one second, which the one that checks 1,000 identifiers takes on
  a busy machine.
- moto is started by \`test/python/stepFunctions.py\`, without which [it runs no such state machine](emulators.md).

## Where it loses

${lost.length === 0 ? 'In none of these figures.' : lost.map((each) => `- ${each}`).join('\n')}
`;
}
