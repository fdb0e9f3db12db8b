/** A runtime of Lambda, served by what this machine has for it. */
import type { DeployedFunction } from '../../app/deployment';
import type { RuntimeAnswer } from '../runtimeApi';

/** What the functions get from where the endpoint was started. */
export interface Surroundings {
  /** Where Node.js looks for packages that a function doesn't bring, in its `node_modules`. */
  cwd: string;
  /** Only the PATH reaches a function; programs and folders are found by the rest. */
  env: Readonly<NodeJS.ProcessEnv>;
}

/** Of a runtime that is installed, or whose client is, on demand. */
export interface InstallingOptions extends Surroundings {
  /** For what is installed; default: a folder of the user's own. */
  runtimeCache?: string;
  /** Gets a line for what is found or installed, once each. */
  note?: (line: string) => void;
  /** Ends an installation. */
  signal?: AbortSignal;
}

/** How a sandbox's process is started. */
export interface Launch {
  /** The program. */
  command: string;
  args: string[];
  /** Variables that the function's own replace, such as NODE_PATH. */
  env: Record<string, string>;
  /** LAMBDA_RUNTIME_DIR. */
  directory: string;
  /**
   * Whether it connects to the Runtime API before anything of the function runs: where it ends before that, it is this
   * machine's doing.
   */
  connectsFirst: boolean;
  /** What this machine lacked, where the process ended before it connected and says so in its log. */
  startTroubleOf?: (log: string) => string | undefined;
  /** What this machine lacks, where the error that the runtime answered comes of that. */
  troubleOf?: (error: RuntimeAnswer) => Promise<string | undefined>;
}

export interface Runtime {
  /**
   * Finds what runs the function, before anything is served.
   * @throws a UserError that completes a sentence about the function: `its runtime python3.13 needs …`
   */
  check(deployed: DeployedFunction): Promise<void>;
  /**
   * How to start the function. It is asked for each sandbox, so what takes long is done once.
   * @throws an Error with what this machine lacks
   */
  launch(deployed: DeployedFunction): Promise<Launch>;
}
