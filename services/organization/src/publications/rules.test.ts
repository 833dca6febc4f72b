import type { Publication } from './publication';
import { assertOpenToObjections, assertUnanswered, withdraw } from './rules';

const at = new Date('2026-11-24T01:00:00Z');

describe('a publication', () => {
  const standing: Publication = {
    id: 'p',
    unitId: 'u',
    unitPath: '/u/',
    kind: 'relief',
    decisionId: undefined,
    titleZh: '救助名单',
    textZh: '某某',
    fromDay: '2026-11-20',
    toDay: '2026-11-27',
    withdrawnAt: undefined,
    withdrawReason: undefined,
    createdAt: at,
    version: 1,
  };

  it.each([
    ['personal_data', ''],
    ['wrong_content', '某某'],
    ['replaced', '某某'],
    ['unlawful', '某某'],
  ] as const)('that is withdrawn for %s has the text "%s"', (reason, textZh) => {
    expect(withdraw(standing, reason, at)).toEqual({ ...standing, titleZh: textZh && standing.titleZh, textZh, withdrawnAt: at, withdrawReason: reason, version: 2 });
  });

  it('is withdrawn once', () => {
    const withdrawn = withdraw(standing, 'replaced', at);
    expect(() => withdraw(withdrawn, 'personal_data', at)).toThrow(expect.objectContaining({ reason: 'PUBLICATION_WITHDRAWN' }));
  });
});

describe('an objection', () => {
  const published = { fromDay: '2026-11-20', toDay: '2026-11-27', withdrawnAt: undefined };

  it.each([
    ['2026-11-19', false],
    ['2026-11-20', true],
    ['2026-11-26', true],
    ['2026-11-27', false],
  ])('on %s: %s', (day, open) => {
    const asked = () => assertOpenToObjections(published, day);
    if (open) asked();
    else expect(asked).toThrow(expect.objectContaining({ reason: 'OBJECTION_OUT_OF_TIME', details: { from: '2026-11-20', to: '2026-11-27' } }));
  });

  it('is not raised to what was withdrawn, whatever the day', () => {
    for (const day of ['2026-11-20', '2026-11-27']) {
      expect(() => assertOpenToObjections({ ...published, withdrawnAt: at }, day)).toThrow(expect.objectContaining({ reason: 'PUBLICATION_WITHDRAWN', details: { withdrawnAt: at.toISOString() } }));
    }
  });

  it('is answered once', () => {
    assertUnanswered({ state: 'raised' });
    expect(() => assertUnanswered({ state: 'answered' })).toThrow(expect.objectContaining({ reason: 'OBJECTION_ANSWERED' }));
  });
});
