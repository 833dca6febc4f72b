import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeBom } from './bom';
import { hasMaven, kafkaParts } from './kafka-parts';
import { licenceProblems, type LicencePolicy } from './licences';
import { npmParts } from './npm-parts';

const root = path.resolve(__dirname, '../../..');
const usage = `npm run sbom -- [--output FILE]
  Writes what runs, from npm and from Maven, with licences and dependencies, as CycloneDX 1.6 JSON (.linli/sbom.cdx.json).`;

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { output: { type: 'string', default: '.linli/sbom.cdx.json' }, help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (!hasMaven()) throw new Error('Maven was not found, which knows what Kafka is made of: install it (Debian: apt-get install maven)');
  const policy = JSON.parse(readFileSync(path.join(root, 'infra/supply-chain/licences.json'), 'utf8')) as LicencePolicy;
  const parts = [...npmParts(root), ...kafkaParts(root)];
  const file = path.resolve(root, values.output);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, await writeBom(parts, policy, new Date()));
  const problems = licenceProblems(parts, policy);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.stdout.write(`${file}: ${parts.filter(({ ours }) => ours).length} parts of ours, ${parts.filter(({ ours }) => !ours).length} of others\n`);
  return problems.length === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`linli: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
