import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's usual report, and in the file that TEST_RESULTS names the numbers of what really ran, with a line for each failure. Not
 * WRTMETER_…: the programs under test would warn of a variable that they do not know.
 */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const faults: string[] = [];
    runner.on('fail', (test, error: Error) => {
      faults.push(`${test.titlePath().join(' > ')}: ${error.message}`);
    });
    runner.once('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env.TEST_RESULTS;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending, faults }));
    });
  }
}
