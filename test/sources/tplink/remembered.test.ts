import { expect } from 'chai';
import { type Driven, drive, seriesValue } from '../../support/routers/tplink/driven.ts';
import { PASSWORD, startTestRouter, type TestRouter } from '../../support/routers/tplink/routers.ts';

const PHONE = '02:00:00:00:00:01';
const MINUTE = 60;
const DAY = 24 * 60 * MINUTE;

/** A wrong password, and somebody else who is logged in, have one answer in these. */
for (const protocol of ['dm', 'userrpm']) {
  describe(`a password that has worked on a ${protocol} router before a restart`, () => {
    let test: TestRouter;
    let driven: Driven;
    const yaml = (password = PASSWORD) =>
      `accounting: stations\nrouters:\n  den:\n    tplink: { url: "${test.running.url}", password: ${JSON.stringify(password)} }\n`;
    beforeEach(async () => {
      test = await startTestRouter(protocol);
      test.table.move(PHONE, '192.168.0.100', 1_000_000);
      driven = await drive(yaml());
      await driven.scrape();
    });
    afterEach(async () => {
      await driven.close();
      await test.running.close();
    });
    const counts = () => test.router.logins.counts;
    const counted = (text: string) => seriesValue(text, 'device_undirected_bytes_total', PHONE);
    const logged = (words: RegExp) => driven.logs.filter((line) => words.test(line));

    /** Scrapes each 15 minutes. */
    async function scrapeFor(seconds: number): Promise<void> {
      for (let past = 0; past < seconds; past += 15 * MINUTE) await driven.scrape(15 * MINUTE);
    }

    it('is waited with while its owner is logged in', async () => {
      test.router.logins.setOwner(true);
      await driven.restart();
      test.table.move(PHONE, '192.168.0.100', 5000);
      await scrapeFor(30 * MINUTE);
      expect(logged(/somebody else is logged in .*; waiting, and trying again after 30 minutes, then once a day/)).to.have.length(1);
      test.router.logins.setOwner(false);
      expect(counted(await driven.scrape(30 * MINUTE))).to.equal(5000);
      expect(counts()).to.deep.include({ busy: 1, refused: 0, kicked: 0 });
    });

    it('is tried again a day later where its owner stayed', async () => {
      test.router.logins.setOwner(true);
      await driven.restart();
      await scrapeFor(12 * 60 * MINUTE);
      expect(counts().busy).to.equal(2);
      test.router.logins.setOwner(false);
      test.table.move(PHONE, '192.168.0.100', 5000);
      expect(counted(await driven.scrape(DAY))).to.equal(5000);
      // From now on as one that has worked since the start.
      test.router.logins.setOwner(true);
      await driven.scrape();
      expect(logged(/trying again every few minutes/)).to.have.length(1);
    });

    it('is refused twice in a day and four times at all where it was changed on the router', async () => {
      test.router.password = 'another';
      await driven.restart();
      await scrapeFor(DAY);
      expect(counts().refused).to.equal(2);
      for (let days = 0; days < 10; days += 1) await scrapeFor(DAY);
      expect(counts().refused).to.equal(4);
      expect(logged(/not tried again until the configuration changes/)).to.have.length(1);
    });

    it('is then refused once after each restart, as one that has never worked', async () => {
      test.router.password = 'another';
      for (let restarts = 1; restarts <= 6; restarts += 1) {
        await driven.restart();
        await driven.scrape();
        expect(counts().refused).to.equal(restarts);
      }
      await scrapeFor(3 * DAY);
      expect(counts().refused).to.equal(6);
    });

    it('is not another one: that is refused once', async () => {
      await driven.reconfigure(yaml('wrong'));
      await scrapeFor(3 * DAY);
      expect(counts().refused).to.equal(1);
      await driven.restart();
      await driven.reconfigure(yaml());
      test.router.logins.setOwner(true);
      await driven.scrape();
      test.router.logins.setOwner(false);
      test.table.move(PHONE, '192.168.0.100', 5000);
      expect(counted(await driven.scrape(31 * MINUTE))).to.equal(5000);
    });
  });
}
