import { assertOpenToObjections, assertUnanswered } from './rules';

describe('an objection', () => {
  const published = { fromDay: '2026-11-20', toDay: '2026-11-27' };

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

  it('is answered once', () => {
    assertUnanswered({ state: 'raised' });
    expect(() => assertUnanswered({ state: 'answered' })).toThrow(expect.objectContaining({ reason: 'OBJECTION_ANSWERED' }));
  });
});
