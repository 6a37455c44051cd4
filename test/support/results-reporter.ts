import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/**
 * Mocha's usual report, and the numbers of what really ran in the file that TEST_RESULTS names. Not WRTMETER_…: the programs
 * under test would warn of a variable that they do not know.
 */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env.TEST_RESULTS;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
