import { EVENT_CATALOGUE, FIELD_CLASSES, METHODS, requests, TOPICS } from './index';

describe('contracts', () => {
  it('declare a permission for every method', () => {
    const without = Object.entries(METHODS).filter(([, method]) => method.permission === '');
    expect(Object.keys(METHODS).length).toBeGreaterThan(50);
    expect(without).toEqual([]);
  });

  it('give every event a topic of the fixed shape, and its aggregate the topic names', () => {
    for (const { topic, aggregateType } of Object.values(EVENT_CATALOGUE)) {
      expect(topic).toMatch(/^(public|internal)\.[a-z]+\.[a-z_]+\.v1$/);
      expect(topic.split('.')[2]).toBe(aggregateType);
      expect(TOPICS).toContain(topic);
    }
  });

  it('keep personal data out of events: no event has a field with a personal class', () => {
    const personal = Object.keys(FIELD_CLASSES).filter((message) => message in EVENT_CATALOGUE);
    expect(personal).toEqual([]);
    expect(FIELD_CLASSES['linli.residents.v1.RegisterPersonRequest']).toMatchObject({ identityNumber: 'sensitive', name: 'personal' });
  });

  it('speak proto3 JSON: enum names, ISO times, unknown enum names read as UNRECOGNIZED', () => {
    const event = requests.CaseAccepted.fromJSON({ case: { caseId: 'c', state: 'CASE_STATE_NEW_IN_2030' }, dueAt: '2026-02-27T10:00:00Z', later: 1 });
    expect(event.case?.state).toBe(requests.CaseState.UNRECOGNIZED);
    expect(requests.CaseAccepted.toJSON(event)).toMatchObject({ dueAt: '2026-02-27T10:00:00.000Z' });
  });
});
