/** docs/peers.md as `npm run bench:peers -- --write` writes it: what each way was like, and where ours lose. */
import { lossesOf, measuredOn, tableOf, type Figure, type Setting } from './comparison';

/** What a way to test 40 configurations was like. */
export interface Way {
  name: string;
  /** How many it tests at once. */
  concurrency: number;
  /** From the start of the process to its end. */
  seconds: number;
  /** From where the first configuration began to where the last one ended. */
  testSeconds: number;
  /** `seconds` against max(longest, sum / concurrency) of the sleeps. */
  toBound: number;
  /** How many were tested at once, by the times of the results. */
  mostAtOnce: number;
  /** Milliseconds from the start of the process to the first invocation or the start of the execution. */
  startUp: number;
  cpuSeconds: number;
  /** The most that was resident, in MB. */
  memory: number;
  /** The same without the pages of the program's files, which its processes share. */
  ownMemory: number;
  exitCode: number;
  limited: Limited;
}

/** The same where the function may run fewer times at once than the way asks for, so that calls are refused. */
export interface Limited {
  /** Configurations without a verdict of their own. */
  lost: number;
  seconds: number;
  exitCode: number;
}

/** Where and when it was measured. */
interface PeersSetting extends Setting {
  /** Seconds that the sleepy function sleeps at most. */
  longest: number;
  total: number;
  /** MB that a program which does nothing has resident. */
  empty: { node: number; python: number };
}

export interface Peers {
  loop: Way;
  atOnce: Way;
  invoke: Way;
  run: Way;
}

const figures: Figure<keyof Peers, Way>[] = [
  { what: 'asked for at once', of: ({ concurrency }) => concurrency },
  { what: 'at once, as it was', of: ({ mostAtOnce }) => mostAtOnce },
  { what: 'process start to exit, s', of: ({ seconds }) => seconds, digits: 2, against: ['loop', 'atOnce'] },
  { what: 'first begin to last end, s', of: ({ testSeconds }) => testSeconds, digits: 2, against: ['atOnce'] },
  { what: 'against max(longest, sum / N)', of: ({ toBound }) => toBound, digits: 3, against: ['atOnce'] },
  { what: 'process start to first call, ms', of: ({ startUp }) => startUp, against: ['loop', 'atOnce'] },
  { what: 'CPU time, s', of: ({ cpuSeconds }) => cpuSeconds, digits: 2, against: ['loop', 'atOnce'] },
  { what: 'peak memory, MB', of: ({ memory }) => memory, digits: 1, against: ['loop', 'atOnce'] },
  { what: 'of that its own, MB', of: ({ ownMemory }) => ownMemory, digits: 1, against: ['loop', 'atOnce'] },
  { what: 'exit code, 5 of 40 failed', of: ({ exitCode }) => exitCode },
  { what: 'calls refused: results lost', of: ({ limited }) => limited.lost, against: ['loop', 'atOnce'] },
  { what: 'calls refused: s', of: ({ limited }) => limited.seconds, digits: 1 },
  { what: 'calls refused: exit code', of: ({ limited }) => limited.exitCode },
];

const ways = ['loop', 'atOnce', 'invoke', 'run'] as const;

/** The table, in Markdown. */
export function peersTable(peers: Peers): string {
  return tableOf(
    figures,
    ways.map((way) => peers[way]),
  );
}

/** One sentence for each figure in which a way of ours takes more than a peer. */
export function losses(peers: Peers): string[] {
  return lossesOf(figures, peers, ['invoke', 'run']);
}

/** The page as a whole. */
export function peersPage(peers: Peers, setting: PeersSetting): string {
  const { longest, total, empty } = setting;
  const later = peers.run.seconds - peers.run.testSeconds - (peers.invoke.seconds - peers.invoke.testSeconds);
  return `# Beside what else you could write

A loop over boto3, a script on aioboto3 that fires everything at once, \`system-test invoke\` and \`system-test run\` test the
same 40 configurations of the sample's sleepy function, with the same seed, on the same \`system-test local\`. To keep it
short the function sleeps 1 to ${longest} s instead of 1 to 10, ${total} s in all, so what a way takes beside the sleep weighs more.
\`npm run bench:peers -- --write\` measured it and wrote this page.

${peersTable(peers)}

${measuredOn(setting)}, in each of which all but the loop run once,
one after the other, on processes of the function that are warm; the loop ran once in all.

- *At once, as it was* and *first begin to last end* are from the times of the results. *First call* is the first invocation, of
  \`run\` the start of the execution.
- *Its own* is memory without the pages of the program's files, which its processes share. A program that does nothing
  has ${empty.node.toFixed(1)} MB resident in Node.js, and ${empty.python.toFixed(1)} MB in Python.
- *Calls refused*: the function may run 5 at once (its reserved concurrency). Each way tries again as it does by itself, the
  scripts by boto3's default. A result is lost where a configuration has no verdict of its own in the end.
  \`invoke\` and \`run\` try five times more, after random waits: where that is not enough, the configuration is reported as
  \`ERRORED\` beside the results of the others. One run each was measured.

## Where it loses

${[...losses(peers).map((each) => `- ${each}`), ...reasons(later)].join('\n')}
`;
}

/** @param later seconds that `run` takes more than `invoke` beside the test itself */
function reasons(later: number): string[] {
  return [
    '',
    'The memory is Node.js itself and the bundle with the SDK, which it reads as a whole; what a run keeps is little beside',
    'them. `run` learns of the end of an execution by polling: once all has begun, each 3 % of its age, from 0.15 to 0.75 s, as',
    `Step Functions has quotas for its API. That and its other calls took ${later.toFixed(2)} s more than those of \`invoke\`, beside the test itself.`,
  ];
}
