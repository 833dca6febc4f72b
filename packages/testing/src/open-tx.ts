import type { Database, Tx } from '@linli/db';

/** A transaction that stays open until told. */
export interface OpenTx {
  run<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  end(how: 'commit' | 'rollback'): Promise<void>;
}

/** Opens one. `pump` lets what was asked happen: on a simulated database nothing does by itself. */
export async function openTx({ app, pump }: { readonly app: Database; readonly pump: () => Promise<void> }, tenantId: string): Promise<OpenTx> {
  const begun = Promise.withResolvers<Tx>();
  const ended = Promise.withResolvers<undefined>();
  const whole = app
    .withTenant({ tenantId }, (tx) => {
      begun.resolve(tx);
      return ended.promise;
    })
    .catch(() => undefined);
  await pump();
  const tx = await begun.promise;
  return {
    run: (work) => work(tx),
    async end(how) {
      if (how === 'commit') ended.resolve(undefined);
      else ended.reject(new Error('rolled back'));
      await pump();
      await whole;
    },
  };
}
