import { Contrib, Enums, Models, Serialize, Spec, Validation } from '@cyclonedx/cyclonedx-library';
import parseExpression from 'spdx-expression-parse';
import { licenceOf, type LicencePolicy } from './licences';
import type { Part } from './part';

const spec = Spec.Spec1dot6;

/** The bill of materials as CycloneDX 1.6 JSON (ECMA-424), checked against its schema. */
export async function writeBom(parts: readonly Part[], policy: LicencePolicy, now: Date): Promise<string> {
  const components = new Map(parts.map((part) => [part.purl, toComponent(part, policy)]));
  const bom = new Models.Bom({ serialNumber: Contrib.Bom.Utils.randomSerialNumber() });
  bom.metadata.timestamp = now;
  bom.metadata.component = new Models.Component(Enums.ComponentType.Application, 'linli', { bomRef: 'linli' });
  for (const part of parts) {
    const component = components.get(part.purl);
    if (!component) continue;
    for (const need of part.needs) {
      const needed = components.get(need);
      if (needed) component.dependencies.add(needed.bomRef);
    }
    bom.components.add(component);
  }
  const needed = new Set(parts.flatMap(({ needs }) => needs));
  for (const [purl, component] of components) if (!needed.has(purl)) bom.metadata.component.dependencies.add(component.bomRef);
  const text = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec)).serialize(bom, { sortLists: true, space: 2 });
  const problem: unknown = await new Validation.JsonStrictValidator(spec.version).validate(text);
  if (problem !== null) throw new Error(`the bill of materials does not follow CycloneDX: ${JSON.stringify(problem)}`);
  return text;
}

function toComponent(part: Part, policy: LicencePolicy): Models.Component {
  const type = part.ours && part.needs.length > 0 ? Enums.ComponentType.Application : Enums.ComponentType.Library;
  const licence = licenceOf(part, policy);
  const licences = licence === undefined ? [] : [new Contrib.License.Factories.LicenseFactory((text) => void parseExpression(text)).makeFromString(licence)];
  return new Models.Component(type, part.name, {
    bomRef: part.purl,
    version: part.version,
    purl: part.purl,
    licenses: new Models.LicenseRepository(licences),
    ...(part.group === undefined ? {} : { group: part.group }),
  });
}
