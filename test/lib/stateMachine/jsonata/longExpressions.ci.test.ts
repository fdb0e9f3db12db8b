import { longCases, outcome } from './outcome';

describe('the state machine', () => {
  it.each(longCases)('%s', async (_, one) => {
    const { said, expected } = await outcome(one);
    expect({ said }).toMatchObject({ said: expected });
  });
});
