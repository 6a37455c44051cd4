import type { Architecture } from './node.ts';
import { ARCHITECTURES, NODE } from './node.ts';
import { run } from './run.ts';
import type { Source } from './tree.ts';

interface Bom {
  serialNumber?: string;
  metadata: { timestamp: string; component: { name: string } };
  components: unknown[];
}

/** What is in a release, as CycloneDX 1.5: the packages of npm, and Node. */
export function billOfMaterials(source: Source, architectures: readonly Architecture[]): string {
  const bom = JSON.parse(run('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx'], source.folder)) as Bom;
  delete bom.serialNumber;
  bom.metadata.timestamp = new Date(source.time * 1000).toISOString();
  bom.metadata.component.name = 'wrtmeter';
  for (const architecture of architectures) {
    const name = `node-linux-${ARCHITECTURES[architecture]}`;
    const content = Buffer.from(NODE.sha512[architecture], 'base64').toString('hex');
    bom.components.push({
      'bom-ref': `${name}@${NODE.version}`,
      type: 'application',
      name: 'node',
      version: NODE.version,
      purl: `pkg:npm/${name}@${NODE.version}`,
      hashes: [{ alg: 'SHA-512', content }],
    });
  }
  return `${JSON.stringify(bom, null, 2)}\n`;
}
