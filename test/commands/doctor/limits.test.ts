import { expect } from 'chai';
import { statusOf } from '../../../src/app/from-config.ts';
import { limitFindings } from '../../../src/commands/doctor/limits.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import { configOf, withText } from '../../config/support.ts';
import { answerOf } from '../../support/routers/text-router.ts';

const TEXT = 'control: true\nrouters: { gateway: { url: http://192.0.2.1, limits: { ssh: root@192.0.2.1 } } }\n';

async function kinds(answer: Partial<Parameters<typeof answerOf>[0]>, text = TEXT) {
  const config = await configOf(withText(text));
  const routers = config.routers.map((router) => {
    const { system } = parseWrtmeter({ text: answerOf({ time: 1_773_000_000, ...answer }), framed: true });
    return {
      config: router,
      status: { ...statusOf(router, []), system, up: true },
      read: { router: router.name, system, results: [] },
      warnings: [],
    };
  });
  return limitFindings({ config, routers }).map(({ grade, kind, router }) => `${grade} ${kind} ${router}`);
}

describe('the doctor on limits', () => {
  it('finds a router that would refuse them, or does not show them', async () => {
    expect(await kinds({})).to.deep.equal([]);
    expect(await kinds({ offload: { hardware: true } })).to.deep.equal(['wrong limits_offload gateway']);
    expect(await kinds({ sections: { limits: 'nft does not answer' } })).to.deep.equal(['wrong limits_unknown gateway']);
  });

  it('says nothing where none are set', async () => {
    expect(await kinds({ offload: { hardware: true } }, TEXT.replace('control: true\n', ''))).to.deep.equal([]);
    expect(await kinds({ offload: { hardware: true } }, TEXT.replace(', limits: { ssh: root@192.0.2.1 }', ''))).to.deep.equal([]);
  });
});
