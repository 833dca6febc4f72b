import type { organization } from '@linli/contracts';
import { z } from 'zod';
import { given } from '../wire/fields';

export const brandSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    themeZh: z.string(),
    themeMn: z.string().optional(),
    projects: z.array(z.strictObject({ nameZh: z.string(), nameMn: z.string().optional(), summaryZh: z.string().optional() })),
    evidence: z.array(z.strictObject({ textZh: z.string(), url: z.string().optional() })).meta({ description: '佐证' }),
    validFrom: z.string(),
    validTo: z.string().optional().meta({ description: '不含当日；缺省表示现行版本' }),
    version: z.int(),
  })
  .meta({ id: 'Brand' });

export function brandToJson({ unitPath: _path, themeMn, projects, evidence, validTo, ...rest }: organization.Brand): z.input<typeof brandSchema> {
  return {
    ...rest,
    themeMn: given(themeMn),
    projects: projects.map(({ nameMn, summaryZh, ...project }) => ({ ...project, nameMn: given(nameMn), summaryZh: given(summaryZh) })),
    evidence: evidence.map(({ url, ...one }) => ({ ...one, url: given(url) })),
    validTo: given(validTo),
  };
}
