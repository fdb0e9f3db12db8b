import { createColors } from 'picocolors';
import { historyOf } from '../../../scripts/history/historyOf';
import { historyText } from '../../../scripts/history/historyText';
import { drawnRuns } from './recordedRuns';

const about = { state_machine_arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:Feeds' };
const text = (...args: Parameters<typeof historyOf>) => historyText(historyOf(...args), createColors(false));

describe('the history as text', () => {
  it('fits in 80 columns, with what matters', () => {
    const runs = drawnRuns(
      {
        feed_ok: '.........',
        feed_new: 'F........',
        feed_old: 'FFFFF.F..',
        feed_dead: 'FFFFFFFFF',
        feed_flaky: '.F.F.~...',
        feed_platform: 'EE.......',
        feed_known: 'kk.......',
        feed_mended: '..FF.....',
        feed_slow: '.........',
        'a/feed/with/a/very/long/identifier': '..F..... ',
      },
      { seconds: (identifier, run) => (identifier === 'feed_slow' && run < 5 ? 8.2 : 3) },
    );
    runs[1] = {
      ...runs[1]!,
      startedBy: { kind: 'codepipeline', pipeline_execution_id: '1a2b3c4d-0000-4000-8000-000000000000' },
    };
    runs[2] = { ...runs[2]!, startedBy: { kind: 'unnamed' }, name: '9f8e7d6c-0000-4000-8000-000000000000' };
    runs[6] = { ...runs[6]!, result: undefined, verdict: undefined, unread: 'AccessDeniedException: You may not' };
    runs[7] = { ...runs[7]!, result: undefined, verdict: 'ERRORED', status: 'ABORTED' };

    const lines = text(runs, about);
    expect(lines).toMatchSnapshot();
    expect(Math.max(...lines.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('draws the newest twenty runs, and says so', () => {
    const lines = text(drawnRuns({ feed: 'F'.repeat(25) }), about);

    expect(lines).toContain('newest 20 first');
    expect(lines).toMatch(/^feed {2}F{20} {2}failing in all 25 runs/m);
  });

  it('says what fails in the only run there is', () => {
    expect(text(drawnRuns({ feed: 'F' }), about)).toMatch(/^feed {2}F {2}failing in the only run, \d{4}-\d\d-\d\d$/m);
  });

  it('says so where there are no runs', () => {
    expect(text([], about)).toBe('No runs of Feeds\n\n0 of 0 runs passed.\n');
  });

  it('lets no text move the cursor or colour anything', () => {
    const [run] = drawnRuns({ 'feed\u001b[2Jx\ny': 'F' }, { name: 'n\u001b[31m\u202e', unread: 'b\u0007ad' });
    const lines = text([run!], { test: 'Feeds\u009b1m/Test' });

    // eslint-disable-next-line no-control-regex -- they are what is looked for
    expect(lines).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(lines).toContain('feedx y');
  });
});
