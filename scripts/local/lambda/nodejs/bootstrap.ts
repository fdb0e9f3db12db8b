/**
 * What runs in the child processes of the Lambda service: bundled to dist/bootstrap.js, small and without dependencies,
 * because a cold start waits for it.
 */
import { guard, guardArgument } from './guard';
import { run } from './run';

if (process.argv[2] === guardArgument) guard();
else void run();
