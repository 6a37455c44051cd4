import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type PrintOptions, print } from '../../../src/commands/print/print.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import { hosts, openHome, type SmallHome, wan } from '../../support/homes/small-home.ts';
import { violations } from '../../support/schema.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const MIB = 1024 ** 2;

describe('wrtmeter print reconciliation', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  afterEach(() => home.close());

  async function printed(options: PrintOptions = {}) {
    let stdout = '';
    const out = {
      write: (text: string) => {
        stdout += text;
      },
    };
    const io = {
      env: {},
      cwd: home.directory,
      readFile,
      systemTimezone: 'Europe/Berlin',
      clock: { now: () => NOW },
      stdout: out,
      stderr: out,
    };
    const code = await print('reconciliation', { data: '.', ...options }, io);
    return { code, stdout };
  }
  const read = (at: number, uplink: number, host: number | null) =>
    home.read(at, {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: { download: uplink * MIB, upload: 0 } }]),
          ...(host !== null && {
            hosts: hosts([{ mac: '02:00:00:00:00:01', ip: '192.168.1.2', bytes: { download: host * MIB, upload: MIB } }]),
          }),
        },
      },
    });

  it('shows the two sums and what belongs to no host, from when both were counted', async () => {
    await read(NOW - 4 * 3_600_000, 0, null);
    await read(NOW - 2 * 3_600_000, 60, 0);
    await read(NOW, 100, 38);
    const { code, stdout } = await printed();
    expect(code).to.equal(0);
    expect(stdout).to.equal(`\
Gateway  Month                           Bytes of      Download  Upload  Share
gateway  2026-11-20 17:00 to 2026-11-30  uplinks       40.0 MiB     0 B
                                         hosts         38.0 MiB     0 B
                                         unattributed  2.00 MiB     0 B  5.0 %

For the reasons, see "wrtmeter doctor" or /api/v1/reconciliation of the service
`);
    const { stdout: json } = await printed({ json: true });
    expect(violations(JSON.parse(json), schemas.Reconciliation, schemas)).to.deep.equal([]);
  });

  it('is negative if the hosts have more, and says if there is no gateway', async () => {
    expect((await printed()).stdout).to.equal('No gateway counts hosts yet: see docs/use/hosts.md\n');
    await read(NOW - 60_000, 0, 0);
    await read(NOW, 10, 12);
    expect((await printed()).stdout).to.match(/unattributed +-2\.00 MiB +0 B +-17 %/);
  });
});
