import { targetOf, transitions } from './rules';

describe('a topic', () => {
  it('is screened, then answered; what is not accepted has its answer with it', () => {
    const table = Object.fromEntries(Object.entries(transitions).map(([state, targets]) => [state, Object.keys(targets).sort().join(' ')]));
    expect(table).toEqual({ collected: 'accept decline fall_overdue move_due', accepted: 'answer fall_overdue move_due', not_accepted: 'withdraw_words', answered: 'withdraw_words' });
  });

  it('refuses everything else, saying the state and the action', () => {
    expect(() => targetOf('answered', 'answer')).toThrow(expect.objectContaining({ reason: 'TOPIC_STATE_FORBIDS', details: { state: 'answered', action: 'answer' } }));
    expect(() => targetOf('collected', 'answer')).toThrow(expect.objectContaining({ reason: 'TOPIC_STATE_FORBIDS' }));
  });
});
