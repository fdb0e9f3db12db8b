import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createColors } from 'picocolors';
import type { History } from '../../scripts/history/history';
import { historyOf } from '../../scripts/history/historyOf';
import { historyText } from '../../scripts/history/historyText';
import { inProcess } from '../scripts/command';
import { drawnRuns } from '../scripts/history/recordedRuns';

const text = readFileSync(join(__dirname, '..', '..', 'docs', 'history.md'), 'utf8');

describe('docs/history.md', () => {
  it('shows what is printed', () => {
    const runs = drawnRuns(
      {
        'fr/feed': 'F.......',
        'de/feed': 'FFFF....',
        'it/feed': '..~.....',
        'es/feed': '........',
        'at/feed': '........',
      },
      { seconds: (identifier, run) => (identifier === 'es/feed' && run < 4 ? 8.2 : 3) },
    );
    const about = { state_machine_arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Feeds' };

    expect(text).toContain(`\`\`\`\n${historyText(historyOf(runs, about), createColors(false))}\`\`\``);
  });

  it('shows JSON of the shape that is written', () => {
    const [, json = ''] = /```json\n([^]*?)```/.exec(text) ?? [];

    expect(historyText(JSON.parse(json) as History, createColors(false))).toMatch(
      /^11-20 02:14 {2}FAILED {3}39 of 40, 1 failed, 1 flaky {2}26\.4s {2}CodePipeline 1a2b3c4d$/m,
    );
  });

  it('names flags that there are', async () => {
    const help = await Promise.all(['history', 'run'].map((name) => inProcess([name, '--help'])));
    const known = help.map(({ stdout }) => stdout).join('\n');

    expect((text.match(/--[a-z][a-z-]+/g) ?? []).filter((flag) => !known.includes(flag))).toEqual([]);
  });
});
