import { expect } from 'chai';
import { createRandom } from '../../src/simulator/random.ts';
import { type Driven, drive, seriesValue } from '../support/routers/tplink/driven.ts';
import { ANSWERS, PASSWORD, startTestRouter, type TestRouter } from '../support/routers/tplink/routers.ts';

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
/** Bytes that 100 Mbit/s carry in 15 s in both directions. */
const MOST = 2 * 12.5e6 * 15;

const yaml = (url: string, password = PASSWORD) =>
  `accounting: stations\nrouters:\n  den:\n    line_rate: 100Mbit\n    tplink: { url: "${url}", password: ${JSON.stringify(password)} }\n`;

for (const protocol of Object.keys(ANSWERS)) {
  describe(`the program on a world behind ${protocol}`, () => {
    let test: TestRouter;
    let driven: Driven;
    const truth = new Map<string, number>();
    beforeEach(async () => {
      test = await startTestRouter(protocol);
      truth.clear();
      for (const mac of MACS) test.table.move(mac, `192.168.0.${100 + MACS.indexOf(mac)}`, 3_900_000_000);
      driven = await drive(yaml(test.running.url));
      await driven.scrape();
    });
    afterEach(async () => {
      await driven.close();
      await test.running.close();
    });

    const move = (mac: string, bytes: number) => {
      test.table.move(mac, `192.168.0.${100 + MACS.indexOf(mac)}`, bytes);
      truth.set(mac, (truth.get(mac) ?? 0) + bytes);
    };
    const counted = (text: string) => MACS.map((mac) => seriesValue(text, 'device_undirected_bytes_total', mac));
    const moved = () => MACS.map((mac) => truth.get(mac) ?? 0);

    it('is exact to the byte, over wraps, restarts and all faults of the way', async () => {
      const random = createRandom(7, protocol);
      // Only with packets is a counter of 32 bits known to have passed its end.
      const isWide = !protocol.startsWith('dm');
      let text = '';
      for (let round = 0; round < 60; round += 1) {
        const fault = random.int(5);
        // After minutes without a reading, a pass of the end and a restart may look the same.
        const most = isWide ? 1_000_000 : fault < 2 ? MOST / 8 : MOST;
        for (const mac of MACS) if (random.next() < 0.8) move(mac, random.int(most));
        test.fault =
          fault === 0
            ? (_, honest) => ({ ...honest(), body: honest().body.slice(0, random.int(200)) })
            : fault === 1
              ? () => ({ status: 200, body: '<html><body>busy</body></html>' })
              : null;
        text = await driven.scrape();
        test.fault = null;
        if (round % 20 === 19) await driven.restart();
        // What was unclear about a login makes it wait.
        if (fault < 2) driven.clock.ms += 16 * 60_000;
      }
      text = await driven.scrape();
      expect(counted(text)).to.deep.equal(moved());
      const { logins, logouts, refused, replaced } = test.router.logins.counts;
      // Without the token that a cut answer had, a session stays until the next one.
      expect([refused, test.router.logins.isTaken, logins - logouts]).to.deep.equal([0, false, replaced]);
    });

    it('counts no byte that did not move, where entries vanish and begin again', async () => {
      const random = createRandom(11, protocol);
      let text = '';
      let dropped = 0;
      for (let round = 0; round < 60; round += 1) {
        for (const mac of MACS) {
          if (random.next() < 0.1) {
            test.table.drop(mac);
            dropped += 1;
          }
          if (random.next() < 0.8) move(mac, random.int(protocol.startsWith('dm') ? MOST : 1_000_000));
        }
        if (round === 40) test.table.restart();
        text = await driven.scrape();
        for (const [i, bytes] of counted(text).entries()) expect(bytes).to.be.at.most(moved()[i] ?? 0);
      }
      expect(dropped).to.be.above(5);
      const [sum, all] = [counted(text), moved()].map((list) => list.reduce((a, b) => a + b, 0));
      // An entry is gone with what it gained since the last reading only.
      expect((sum ?? 0) / (all ?? 1)).to.be.above(protocol.startsWith('dm') ? 0.8 : 0.6);
      if (protocol.startsWith('dm')) expect((await driven.audit()).some(({ kind }) => kind === 'reset')).to.equal(true);
    });

    it('never locks its owner out: not by a wrong password, a reload, or days', async () => {
      await driven.reconfigure(yaml(test.running.url, 'wrong'));
      for (let round = 0; round < 30; round += 1) await driven.scrape(3600);
      await driven.reconfigure(yaml(test.running.url, 'wrong'));
      await driven.scrape();
      expect(test.router.logins.counts.refused).to.equal(1);
      expect(driven.logs.filter((line) => /not tried again/.test(line))).to.have.length(1);
      expect(driven.logs.join('\n')).not.to.include(PASSWORD);
      move(MACS[0] ?? '', 5000);
      await driven.reconfigure(yaml(test.running.url));
      expect(counted(await driven.scrape())[0]).to.equal(5000);
    });

    it('while its owner is logged in nothing is lost, and nobody is thrown out', async () => {
      test.router.logins.setOwner(true);
      for (let round = 0; round < 8; round += 1) {
        move(MACS[0] ?? '', 1000);
        await driven.scrape();
      }
      test.router.logins.setOwner(false);
      expect(counted(await driven.scrape(16 * 60))[0]).to.equal(8000);
      expect(driven.logs.filter((line) => /somebody else is logged in/.test(line))).to.have.length(1);
      expect(test.router.logins.counts).to.deep.include({ kicked: 0, refused: 0 });
    });
  });
}
