import { describeWith } from '../clientFixture';
import { describePython } from './pythonBehaviour';

describeWith('Python', 'python3', ['--version'])("a function in Python where AWS's client can't be had", () => {
  describePython(() => ({ runtimeCache: '/dev/null/cache' }));
});
