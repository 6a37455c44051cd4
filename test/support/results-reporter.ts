import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';

/** Mocha's usual report, and the numbers of what really ran in the file that WRTMETER_TEST_RESULTS names. */
export default class ResultsReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const file = process.env.WRTMETER_TEST_RESULTS;
      if (file !== undefined) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
}
