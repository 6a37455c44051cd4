import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fillLedger } from '../../support/ledger/filled.ts';
import { finish } from '../../support/program/command.ts';
import { memoryCgroup } from '../../support/program/memory-cgroup.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');
const [DEVICES, DAYS, HOURS] = [50, 730, 48];

describe('wrtmeter export in 128 MB', function () {
  this.timeout(240_000);

  it('50 devices in two years as OpenMetrics, to a reader that is slow: 250 MB', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-export-'));
    const group = memoryCgroup('wrtmeter-export', 128 * 1024 * 1024);
    try {
      await fillLedger(directory, { devices: DEVICES, days: DAYS, hours: HOURS, now: Date.now() });
      const command = `"${process.execPath}" "${MAIN}" export --format openmetrics --data "${directory}" --timezone UTC`;
      const script = `{ ${command}; echo "exit code $?" >&2; } | { sleep 5; grep -c -e bytes_total -e '^# EOF$'; }`;
      const { stdout, stderr } = await finish([...group.within, 'sh', '-c', script]);
      expect([stderr, group.kills()]).to.deep.equal(['exit code 0\n', 0]);
      // The uplink, and the device and the station of each: both directions, at least at each end of an hour.
      expect(Number(stdout)).to.be.greaterThan((1 + 2 * DEVICES) * 2 * (DAYS - 3) * 24);
    } finally {
      group.remove();
      await rm(directory, { recursive: true });
    }
  });
});
