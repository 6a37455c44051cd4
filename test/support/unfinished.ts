let finished = false;

/**
 * A run that ends before mocha has counted its tests fails, with or without workers: mocha itself exits with 0 when a test calls
 * process.exit, or when a worker that has nothing more to do dies of a late error.
 */
export function mochaGlobalSetup(): void {
  process.on('exit', () => {
    if (finished) return;
    process.stderr.write('The run ended before all tests were counted\n');
    process.exitCode ||= 1;
  });
}

export function mochaGlobalTeardown(): void {
  finished = true;
}
