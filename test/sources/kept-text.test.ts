import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { parseWan } from '../../src/sources/classic/wan.ts';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import { parseBlocks } from '../../src/sources/tplink/dm/blocks.ts';
import { secretsOf } from '../../src/sources/tplink/secrets.ts';
import { parseDump } from '../../src/sources/wireguard/dump.ts';
import { parseFacts } from '../../src/sources/wireguard/facts.ts';
import { parseFiles } from '../../src/sources/wireguard/files.ts';

const BOOT = '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10';
const KEY = `${'A'.repeat(42)}E=`;
/** What is dropped again: most of each text. */
const PADDING = 'x'.repeat(400_000);
const ANSWERS = 20;

/** An answer in which everything that can be long is. */
const wrtmeterAnswer = () =>
  [
    ...['wrtmeter 1', `boot_id ${BOOT}`, 'uptime 100000.00', `time 1790000000`, 'hostname a-router-with-a-long-name'],
    ...['model A model with a long name', 'release A release with a long name', 'counter_bits 64', `padding ${PADDING}`],
    ...['begin wan', 'uplink a-wan-with-a-long-name up a-long-device 7 a-long-protocol 1000 1000', 'end wan'],
    ...['begin layers', 'layer a-long-device another-long-device', 'end layers'],
    ...['begin stations', 'radio a-long-interface ap 0 5180 A network with a long name'],
    ...['station a-long-interface 02:00:00:00:00:01 1000 1000 -50 866.7 1083.3 3600 20 1000.000', 'end stations'],
    ...['begin leases', 'lease 0 02:00:00:00:00:01 192.168.100.100 a-phone-with-a-long-name *', 'end leases'],
    ...['begin names', 'host 02:00:00:00:00:01 192.168.100.100 a-phone-with-a-long-name', 'end names'],
    ...['begin neighbours', 'neighbour 192.168.100.100 a-long-interface 02:00:00:00:00:01 REACHABLE', 'end neighbours'],
    ...['begin hosts', 'counting nftables 7', 'network a-long-network a-long-interface'],
    ...['both 02:00:00:00:00:01 192.168.100.100 1000 1000', 'end hosts'],
    ...[
      'begin peers',
      'interface a-long-wg 7 0',
      `peer a-long-wg ${KEY} 192.0.2.100:51820 192.168.100.100/32 0 1000 1000 A peer with a long name`,
    ],
    ...['end peers', 'begin limits', 'limit a_limit_with_a_long_name pause - - 100000 100000 100000', 'end limits', 'end wrtmeter', ''],
  ].join('\n');

const FORMATS: Record<string, () => unknown> = {
  'wrtmeter.cgi': () => parseWrtmeter({ text: wrtmeterAnswer(), framed: true }),
  'wg show dump': () =>
    parseDump(
      [
        `a-long-wg\t${KEY}\t${KEY}\t51820\toff`,
        `a-long-wg\t${KEY}\t(none)\t192.0.2.100:51820\t192.168.100.100/32\t0\t1000\t1000\toff${PADDING}`,
        '',
      ].join('\n'),
    ),
  'the facts of a server': () =>
    parseFacts(`boot_id ${BOOT}\nuptime 100000.00 1\nbtime 1790000000\nhostname a-server-with-a-long-name\n${PADDING}\n`),
  "a server's files": () => parseFiles(`file a-long-wg\npeer ${KEY}\nname A peer with a long name\nother ${PADDING}\nend\n`),
  "TP-Link's blocks": () =>
    parseBlocks(`[0,0,0,0,0,0]0\nhostname=a-phone-with-a-long-name\nother=${PADDING}\n[error]0\n`)[0]?.fields.get('hostname'),
  'the name of an uplink': () => {
    const counted = new Set<string>();
    return { ...parseWan({ text: `a-wan-with-a-long-name: 1000 1000\n${PADDING}\n`, framed: true }, 64, counted).uplink, counted };
  },
  'the token of a session': () => {
    const secrets = secretsOf({ username: 'admin', password: 'geheim' });
    secrets.addToken(`${PADDING}/ABCDEFGHIJKLMNOP/`.slice(-17, -1));
    return secrets;
  },
};

describe('what is kept of an answer', () => {
  let collect: () => void;
  before(() => {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc');
  });

  const used = () => {
    collect();
    return process.memoryUsage().heapUsed;
  };

  for (const [format, parse] of Object.entries(FORMATS))
    it(`keeps nothing else of its text in memory: ${format}`, () => {
      const before = used();
      const kept = Array.from({ length: ANSWERS }, parse);
      expect(used() - before, 'bytes').to.be.below((ANSWERS * PADDING.length) / 4);
      expect(kept).to.have.length(ANSWERS);
    });
});
