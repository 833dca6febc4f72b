import type { Database, TenantScope } from '@linli/db';
import type { LocalDate } from '@linli/clocks';
import { reserveNumbers } from './store-numbers';

export interface NumberSeries {
  /** The next number of the tenant on that day, such as `XS-20261124-00042`: unique, rising within a process, gaps allowed. */
  next(scope: TenantScope, day: LocalDate): Promise<string>;
}

interface Block {
  readonly prefix: string;
  readonly size: number;
  next: number;
  readonly last: number;
}

const largestBlock = 64;

/**
 * Numbers without a hot row: a process reserves a block in a short transaction of its own, before the one that uses
 * the number, so the tenant's writers never wait for each other's commits. A quiet tenant's blocks hold one number and
 * leave no gaps; each further block of a day is twice the last. What a rolled back change or a restart leaves unused is
 * a gap, which is allowed: a number says which case, not how many there are.
 */
export function createNumberSeries(db: Pick<Database, 'withTenant'>): NumberSeries {
  const blocks = new Map<string, { day: LocalDate; block: Block | undefined; reserving: Promise<void> | undefined }>();

  async function next(scope: TenantScope, day: LocalDate): Promise<string> {
    let held = blocks.get(scope.tenantId);
    if (held?.day !== day) {
      held = { day, block: undefined, reserving: undefined };
      blocks.set(scope.tenantId, held);
    }
    const series = held;
    for (;;) {
      const { block } = series;
      if (block !== undefined && block.next <= block.last) return numberOf(block.prefix, day, block.next++);
      series.reserving ??= reserve(scope, series).finally(() => {
        series.reserving = undefined;
      });
      await series.reserving;
    }
  }

  async function reserve(scope: TenantScope, series: { day: LocalDate; block: Block | undefined }): Promise<void> {
    const size = Math.min((series.block?.size ?? 0) * 2 || 1, largestBlock);
    const wanted = { day: series.day, count: size, prefix: prefixOf(scope.tenantId) };
    const { prefix, last } = await db.withTenant(scope, (tx) => reserveNumbers(tx, wanted));
    series.block = { prefix, size, next: last - size + 1, last };
  }

  return { next };
}

function numberOf(prefix: string, day: LocalDate, count: number): string {
  return `${prefix}-${day.replaceAll('-', '')}-${String(count).padStart(5, '0')}`;
}

const syllable =
  /^(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|iao|ian|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ue|ui|uo|er|a|e|i|o|u|v)/;

/** The first letters of a tenant id's pinyin syllables (`xingsheng` → `XS`); of its words, where it is not pinyin. A tenant may set another. */
export function prefixOf(tenantId: string): string {
  const letters: string[] = [];
  for (const word of tenantId.split('-')) {
    let rest = word;
    do {
      letters.push(rest.charAt(0));
      const length = syllable.exec(rest)?.[0].length ?? rest.length;
      rest = rest.slice(length);
    } while (rest !== '');
  }
  return letters.join('').toUpperCase().slice(0, 4);
}
