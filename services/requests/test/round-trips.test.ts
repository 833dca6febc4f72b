import type { Caller } from '@linli/auth';
import { newId, type Database } from '@linli/db';
import { createCase } from '../src/cases/create-case';
import { decideCase } from '../src/cases/decision';
import { deliverCase } from '../src/cases/delivery';
import { recordCallback } from '../src/cases/follow-up';
import { pauseCase, requestDecision, resumeCase, startProcessing } from '../src/cases/handling';
import { acceptCase } from '../src/cases/intake';
import type { Case } from '../src/cases/case';
import type { Deps } from '../src/deps';
import { callers, residentId, startOffice, type Office } from './support';

/** Each step's statements have a budget, beside begin and commit; what a whole step costs on the wire: `e2e/test/cost.test.ts`. */
describe('statements', () => {
  let office: Office;
  let sent: string[] = [];
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());

  function counted(): Deps {
    const { db } = office.app.deps;
    const counting: Database = {
      ...db,
      withTenant: (scope, work) =>
        db.withTenant(scope, (tx) => {
          tx.on('query', ({ sql }: { sql: string }) => sent.push(sql));
          return work(tx);
        }),
    };
    return { ...office.app.deps, db: counting };
  }

  it('stay within a handful a step', async () => {
    const deps = counted();
    let current: Case | undefined;
    const spent: Record<string, number> = {};
    async function step(name: string, caller: Caller, run: (caller: Caller, ref: { caseId: string; version: number }) => Promise<Case>): Promise<void> {
      sent = [];
      current = await run(caller, { caseId: current?.id ?? '', version: current?.version ?? 0 });
      // The transaction's end is seen as a query of its own.
      spent[name] = sent.filter((sql) => !/^(BEGIN|COMMIT)/i.test(sql)).length;
    }
    const filed = { itemCode: 'age-allowance', residentId: residentId.wang, mandateId: undefined, channel: 'window', unitId: undefined, subject: '', submit: true, entrustedMaterialCodes: [] } as const;
    const { clerk, handler, coordinator, director } = callers;
    await step('create', clerk, (caller) => createCase(deps, caller, { input: filed, key: { id: newId(), principal: 'x', fingerprint: 'x' } }));
    await step('accept', clerk, (caller, ref) => acceptCase(deps, caller, ref));
    await step('start', handler, (caller, ref) => startProcessing(deps, caller, ref));
    await step('pause', handler, (caller, ref) => pauseCase(deps, caller, { ...ref, cause: 'survey' }));
    await step('resume', handler, (caller, ref) => resumeCase(deps, caller, ref));
    await step('requestDecision', handler, (caller, ref) => requestDecision(deps, caller, ref));
    await step('decide', handler, (caller, ref) => decideCase(deps, caller, { ...ref, result: 'granted', explanation: '' }));
    await step('deliver', director, (caller, ref) => deliverCase(deps, caller, { ...ref, method: 'pick_up', signedReceipt: true }));
    await step('callBack', coordinator, (caller, ref) => recordCallback(deps, caller, { ...ref, reached: true, rating: 5, solved: true, comment: '' }));
    // Lock, parts, update, entry, event, audit: six; each clock that ends one more, that stops or starts two; two changes twice.
    expect(spent).toEqual({ create: 9, accept: 11, start: 6, pause: 8, resume: 9, requestDecision: 6, decide: 9, deliver: 9, callBack: 14 });
  });
});
