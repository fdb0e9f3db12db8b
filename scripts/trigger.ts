#!/usr/bin/env node
process.stderr.write('system-test: no command yet\n');
process.exitCode = 2;
