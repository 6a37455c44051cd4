import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { download, drip, FAR_END, upload } from '../../support/lab/clients.ts';
import { createHostsWorld, type HostsWorld, type Machine } from '../../support/lab/hosts-world.ts';
import { createGauge, createLimiter, type Gauge, type Limiter, limitOf, MEASURED, near, SETTLED } from '../../support/lab/limits/limits.ts';
import { ip } from '../../support/lab/world.ts';

const KB = 1000;

// Bytes are counted by the machine that gets them, at layer 3. Nobody offers less than twice a limit.
describe('a limit, measured from outside', function () {
  // A busy machine may offer less for a while than a limit lets through.
  this.retries(2);
  let world: HostsWorld;
  let limits: Limiter;
  let gauge: Gauge;
  let anna: Machine;
  let ben: Machine;

  before(async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', '02:00:00:00:00:01');
    ben = await world.join('ben', '02:00:00:00:00:02');
    limits = createLimiter(world);
    gauge = await createGauge(world.internet, [anna, ben]);
  });

  after('nothing is left over', () => world?.lab.close());

  const of = (machine: Machine) => () => gauge.received(machine);
  /** Measures what moves once the limits are used up, then frees everything so that it comes to its end. */
  async function limited<K extends string>(
    moving: Promise<number>[],
    counters: Record<K, () => Promise<number>>,
    settled = SETTLED,
    measured = MEASURED,
  ) {
    await sleep(settled * 1000);
    const rates = await gauge.rates(measured, counters);
    expect((await limits.ask([])).result).to.equal('ok changed');
    return { rates, moved: await Promise.all(moving) };
  }

  /** The temporary address that a machine speaks from by itself now. */
  async function temporaryOf({ client: { namespace } }: Machine): Promise<string> {
    const [link] = JSON.parse(await ip(namespace, '-6 -j addr show dev eth0')) as { addr_info: Record<string, unknown>[] }[];
    const found = link?.addr_info.find(({ temporary, deprecated }) => temporary === true && deprecated !== true);
    return String(found?.local ?? '');
  }

  it('holds a download to its rate from the moment it is set, and another machine keeps its own', async () => {
    const moving = [anna, ben].map(({ client }) => drip(client, 10 * KB, 700, 10));
    await sleep(500);
    const free = await gauge.rates(2, { anna: of(anna), ben: of(ben) });
    expect((await limits.ask(limitOf('anna', `slow ${250 * KB} ${100 * KB}`, anna))).result).to.equal('ok changed');
    const { rates, moved } = await limited(moving, { anna: of(anna), ben: of(ben) });
    near(rates.anna, 250 * KB);
    expect(free.anna, 'what was offered').to.be.above(400 * KB);
    expect(rates.ben / free.ben, 'the other one, compared with before').to.be.within(0.8, 1.25);
    expect(moved, 'the limit is lifted, and nothing was lost for good').to.deep.equal([7000 * KB, 7000 * KB]);
  });

  it('holds a download to a temporary IPv6 address that nobody knew of, and an upload of another machine at its own rate', async () => {
    await limits.ask([...limitOf('anna', `slow ${250 * KB} -`, anna), ...limitOf('ben', `slow - ${150 * KB}`, ben)]);
    const moving = [download(anna.client, 8000 * KB, FAR_END.v6), upload(ben.client, 6000 * KB)];
    const { rates, moved } = await limited(moving, { anna: of(anna), ben: gauge.sent });
    near(rates.anna, 250 * KB);
    // Acknowledgements of the download are among it.
    near(rates.ben, 150 * KB + 0.03 * rates.anna);
    expect(moved).to.deep.equal([8000 * KB, 6000 * KB]);
  });

  it('holds uploads over IPv6 to their rate across a change of the temporary address, with one budget for the old one and the new one', async () => {
    const before = await temporaryOf(anna);
    expect(before).to.not.equal('');
    // A limit of downloads, which is not reached, has the router say whose addresses are whose.
    await limits.ask(limitOf('anna', `slow ${4000 * KB} ${200 * KB}`, anna));
    const first = upload(anna.client, 4000 * KB, FAR_END.v6);
    await sleep(SETTLED * 1000);
    const old = await gauge.rates(2, { sent: gauge.sent });
    // What begins from now on comes from a new one; what has begun goes on.
    await ip(anna.client.namespace, `-6 addr change ${before}/64 dev eth0 preferred_lft 0 valid_lft 3600`);
    await world.lab.until('the machine has made itself another address', async () => ![before, ''].includes(await temporaryOf(anna)));
    const second = upload(anna.client, 4000 * KB, FAR_END.v6);
    await sleep(500);
    const both = await gauge.rates(MEASURED, { sent: gauge.sent });
    const table = await limits.table();
    expect((await limits.ask([])).result).to.equal('ok changed');
    const moved = await Promise.all([first, second]);
    near(old.sent, 200 * KB);
    near(both.sent, 200 * KB);
    for (const address of [before, await temporaryOf(anna)]) expect(table).to.contain(address);
    expect(moved).to.deep.equal([4000 * KB, 4000 * KB]);
  });

  it('is one budget for two machines of a user, and a tighter limit of one of them holds as well', async () => {
    await limits.ask([...limitOf('user', `slow ${400 * KB} -`, anna, ben), ...limitOf('anna', `slow ${100 * KB} -`, anna)]);
    const moving = [download(anna.client, 6000 * KB), download(ben.client, 8000 * KB, FAR_END.v6)];
    // Until the tighter one has given all that may come at once, the other one holds it back. TCP takes its time to use what one of two leaves.
    const { rates, moved } = await limited(moving, { anna: of(anna), ben: of(ben) }, 3 * SETTLED, 3 * MEASURED);
    near(rates.anna + rates.ben, 400 * KB);
    expect(rates.anna).to.be.below(110 * KB);
    expect(moved).to.deep.equal([6000 * KB, 8000 * KB]);
  });

  it('has its new rate when it is changed in the middle, as a new limit, while another one stays', async () => {
    const other = limitOf('ben', `slow ${300 * KB} -`, ben);
    await limits.ask([...limitOf('anna', `slow ${100 * KB} -`, anna), ...other]);
    const moving = [download(anna.client, 8000 * KB), download(ben.client, 8000 * KB)];
    await sleep(2500);
    const changed = await limits.ask([...limitOf('anna', `slow ${350 * KB} -`, anna), ...other]);
    expect([changed.found, changed.result, changed.active.get('anna')?.download]).to.deep.equal([1, 'ok changed', 0]);
    expect(changed.active.get('ben')?.download).to.be.above(0);
    const { rates } = await limited(moving, { anna: of(anna), ben: of(ben) });
    near(rates.anna, 350 * KB);
    near(rates.ben, 300 * KB);
  });
});
