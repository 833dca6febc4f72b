import type { Recomputation } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { onMoved } from './clock-handlers';

const tx = {} as Tx;
const recomputed = (dueAt: string): Recomputation => ({ clock: { kind: 'organization.one', dueAt: new Date(dueAt) }, previousDueAt: new Date('2027-01-04T10:00:00Z') }) as Recomputation;

describe('a due time computed again', () => {
  const told: string[] = [];
  const note = (word: string) => () => Promise.resolve(void told.push(word));
  beforeEach(() => told.splice(0));

  it('is told as moved when it moved', async () => {
    await onMoved({ 'organization.one': { alarms: note('alarm'), moved: note('moved'), settled: note('settled') } })(tx, recomputed('2027-01-05T10:00:00Z'));
    expect(told).toEqual(['moved']);
  });

  it('that became certain and stayed is told to who shows how certain it is, and to nobody else', async () => {
    const stayed = recomputed('2027-01-04T10:00:00Z');
    await onMoved({ 'organization.one': { alarms: note('alarm'), moved: note('moved'), settled: note('settled') } })(tx, stayed);
    await onMoved({ 'organization.one': { alarms: note('alarm'), moved: note('moved') } })(tx, stayed);
    expect(told).toEqual(['settled']);
  });

  it('of a kind that nobody handles is kept', async () => {
    await expect(onMoved({})(tx, recomputed('2027-01-05T10:00:00Z'))).rejects.toMatchObject({ reason: 'CLOCK_KIND_UNKNOWN' });
  });
});
