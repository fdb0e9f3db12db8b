/** Which runtime serves a function. */
import { dirname, join } from 'node:path';
import { builtFile } from '../../../io/builtFile';
import { UserError } from '../../../io/userError';
import type { DeployedFunction } from '../../app/deployment';
import { foreignModulesNote } from './compiledModules';
import { java } from './java';
import { nodejs } from './nodejs';
import { provided } from './provided';
import { python } from './python';
import type { InstallingOptions, Launch, Runtime } from './runtime';

export interface RuntimesOptions extends Omit<InstallingOptions, 'signal'> {
  /** What runs in a sandbox of Node.js; default: `dist/bootstrap.js` of this package. */
  bootstrapFile?: string;
}

/** The runtimes that are served, by the names that Lambda gives them. */
export class Runtimes {
  private readonly families: [name: RegExp, runtime: Runtime][];
  private readonly ending = new AbortController();

  constructor(private readonly options: RuntimesOptions) {
    const { bootstrapFile = builtFile('bootstrap.js') } = options;
    const { signal } = this.ending;
    this.families = [
      [/^nodejs\d+\.x$/, nodejs(bootstrapFile, options)],
      [/^python3\.\d+$/, python({ ...options, directory: join(dirname(bootstrapFile), 'python'), signal })],
      [/^provided\.al2(023)?$/, provided(options)],
      [/^java(11|17|21|25)$/, java({ ...options, signal })],
    ];
  }

  /**
   * Looks at a function before anything is served.
   * @throws a UserError that completes a sentence about the function: `its runtime is ruby3.4, …`
   */
  async check(deployed: DeployedFunction): Promise<void> {
    await this.of(deployed).check(deployed);
    const note = await foreignModulesNote(deployed);
    if (note !== undefined) this.options.note?.(note);
  }

  /** @throws an Error with what this machine lacks */
  async launch(deployed: DeployedFunction): Promise<Launch> {
    return this.of(deployed).launch(deployed);
  }

  /** Ends what is being installed. */
  close(): void {
    this.ending.abort();
  }

  private of({ runtime }: DeployedFunction): Runtime {
    const family = this.families.find(([name]) => name.test(runtime));
    if (family) return family[1];
    if (runtime === 'go1.x' || runtime === 'provided') {
      throw new UserError(`its runtime ${runtime} is retired: build the program as bootstrap, for provided.al2023`);
    }
    throw new UserError(`its runtime is ${runtime || 'not set'}, which is not served here: test it on AWS`);
  }
}
