import { expect } from 'chai';
import { SourceError } from '../../../src/errors.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import { type Bench, openBench, PHONE } from '../../support/ledger/rounds.ts';

/** A station that associated 5,000 s after the boot and has moved 1 GB; the answers are those of a router that has run for 100,000 s. */
const [UPTIME, BEGAN] = [100_000, 5000];

interface Said {
  connected?: string;
  associated?: string;
  hung?: number;
}

describe('Rule: epoch: when a station associated', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  /** `hung`: seconds by which the router read its stations after its uptime. */
  async function at(seconds: number, bytes: number, { connected, associated, hung = 0 }: Said = {}) {
    const uptime = UPTIME + seconds;
    const line = `${connected ?? uptime + hung - BEGAN} 120 ${associated ?? `${BEGAN}.000`}`;
    const text = `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime ${uptime}.00
time ${1_763_664_918 + seconds}
begin stations
radio phy0-ap0 ap 0 5180 Home
station phy0-ap0 ${PHONE} ${bytes} ${bytes} -52 866.7 1083.3 ${line}
end stations
end wrtmeter
`;
    const { system, sources } = parseWrtmeter({ text, framed: true });
    const observations = sources.flatMap(({ observation }) => (observation instanceof SourceError ? [] : [observation]));
    await bench.readFrom('gateway', seconds, observations, system === null ? {} : { system });
  }
  const posted = () => bench.total({ kind: 'device', key: PHONE })?.download;
  const resets = () => bench.store.all("SELECT why FROM audit WHERE kind = 'reset'");

  const NONSENSE: Record<string, Said> = {
    'associates 60 s after the answer': { associated: String(UPTIME + 75) },
    'associates 500 s after the answer': { associated: String(UPTIME + 515) },
    'associates years after the answer': { associated: '900100000' },
    'associated much later than its connected time says': { associated: '90000.000' },
    'associated at 0': { associated: '0.000' },
    'associated before 0': { associated: '-5' },
    'has been connected for 0 s': { connected: '0', associated: '-' },
    'has been connected for less than 0 s': { connected: '-1', associated: '-' },
    'has been connected for longer than the router runs': { connected: '900000000', associated: '-' },
  };
  for (const [what, nonsense] of Object.entries(NONSENSE)) {
    it(`one answer in which a station ${what} costs nothing`, async () => {
      await at(0, 1e9);
      await at(15, 1e9 + 1e6, nonsense);
      await at(30, 1e9 + 3e6);
      expect(posted()).to.equal(3e6);
      expect(await resets()).to.deep.equal([]);
    });

    it(`a router that always says that a station ${what} is judged by its figures`, async () => {
      await at(0, 1e9, nonsense);
      await at(15, 1e9 + 1e6, nonsense);
      await at(30, 2e6, nonsense);
      expect(posted()).to.equal(3e6);
    });
  }

  it('connected time alone still shows that a station came back', async () => {
    await at(0, 1e6, { associated: '-' });
    await at(60, 3e6, { associated: '-', connected: '30' });
    expect(posted()).to.equal(3e6);
  });

  it('connected time that was read while other commands hung does not', async () => {
    await at(0, 1e9, { associated: '-', hung: 9 });
    await at(15, 1e9 + 1e6, { associated: '-' });
    expect(posted()).to.equal(1e6);
  });
});
