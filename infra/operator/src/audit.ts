import { parseArgs } from 'node:util';
import { verifyAudit } from '@linli/audit';
import { openSystemDatabase } from '@linli/db';
import { failedPrecondition, invalidArgument } from '@linli/errors';
import { createLogger } from '@linli/telemetry';
import { eventServices, readCheckpointKeys, readDatabases } from './config';
import { print, printTable } from './print';

const log = createLogger('operator', { level: 'warn' });

/** Walks every service's audit chains and shows what was changed, moved or cut, and where. */
export async function runAudit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { tenant: { type: 'string' } } });
  if (positionals[0] !== 'verify') throw invalidArgument('ACTION_UNKNOWN', 'audit verify [--tenant CODE]');
  const databases = readDatabases(env);
  const checkpointKeys = readCheckpointKeys(env);
  let findings = 0;
  for (const service of eventServices) {
    const system = openSystemDatabase({ url: databases[service].relayUrl, name: 'linli-operator', log, poolSize: 1 });
    try {
      const found = await verifyAudit(system.knex, { ...(values.tenant && { tenantId: values.tenant }), ...(checkpointKeys && { checkpointKeys }) });
      findings += found.length;
      print(found.length === 0 ? `${service}: the audit chains are whole` : `${service}: ${found.length} findings`);
      if (found.length > 0) printTable(found.map(({ tenantId, seq, problem, entryId = '' }) => ({ tenant: tenantId, seq, problem, entry: entryId })));
    } finally {
      await system.close();
    }
  }
  if (findings > 0) throw failedPrecondition('AUDIT_BROKEN', 'the audit trail was changed: see the findings above');
}
