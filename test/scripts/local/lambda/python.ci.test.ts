import { describeWith } from '../clientFixture';
import { newDirectory, removeDirectories } from '../cloudAssembly';
import { describePython } from './pythonBehaviour';

afterAll(removeDirectories);

describeWith('Python', 'python3', ['--version'])("a function in Python by AWS's own client", () => {
  describePython(() => ({ runtimeCache: newDirectory() }));
});
