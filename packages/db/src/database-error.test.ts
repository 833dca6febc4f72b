import { createTestDatabase, openGateTo, silentLogger, type Gate, type TestDatabase } from '@linli/testing';
import { notFound } from '@linli/errors';
import { translateDatabaseError } from './database-error';
import { openDatabase, type Database } from './index';

const scope = { tenantId: 'office-a' };
const unavailable = { kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' };

describe('translateDatabaseError', () => {
  const coded = (code: string): Error => Object.assign(new Error('insert into persons … 张三'), { code });

  it.each([
    ['08006', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['53300', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['57P01', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['25P03', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['57P03', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['ECONNREFUSED', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['ECONNRESET', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['EPIPE', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['ETIMEDOUT', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['EHOSTUNREACH', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['ENETUNREACH', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['EAI_AGAIN', 'unavailable', 'DATABASE_UNAVAILABLE'],
    ['40001', 'aborted', 'CONCURRENT_CHANGE'],
    ['40P01', 'aborted', 'CONCURRENT_CHANGE'],
    ['55P03', 'aborted', 'ROW_BUSY'],
    ['57014', 'deadline_exceeded', 'QUERY_CANCELLED'],
    ['22P02', 'invalid_argument', 'VALUE_MALFORMED'],
    ['22012', 'internal', 'DATABASE_FAULT'],
    ['42P01', 'internal', 'DATABASE_FAULT'],
  ])('calls %s %s %s', (code, kind, reason) => {
    const error = translateDatabaseError(coded(code), {});
    expect(error).toMatchObject({ kind, reason });
    expect(`${error.message} ${String(error.cause)}`).not.toContain('张三');
  });

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
    'Unable to acquire a connection',
    'timeout expired',
  ])('knows by its words, at the end of a statement, "%s"', (words) => {
    expect(translateDatabaseError(new Error(`COMMIT; - ${words}`), {})).toMatchObject(unavailable);
    expect(translateDatabaseError(new Error(`insert into notes values ('${words}') - syntax error`), {})).toMatchObject({ kind: 'internal' });
  });
});

describe('withTenant', () => {
  let test: TestDatabase;
  let gate: Gate;
  let database: Database;

  beforeAll(async () => {
    test = await createTestDatabase({ name: 'faults', migrations: [] });
    gate = await openGateTo(test.appUrl);
    database = openDatabase({ url: gate.through(test.appUrl), name: 'faults', log: silentLogger(), poolSize: 2 });
  });
  afterAll(async () => {
    await database.close();
    await gate.cut();
    await test.drop();
  });

  it.each([
    ['a programming error', new TypeError('x is not a function')],
    ['a programming error that has a code', Object.assign(new RangeError('out of range'), { code: 'ERR_OUT_OF_RANGE' })],
    ['an error that speaks like a connection', new Error('Connection terminated')],
    ['a fault of another server', Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })],
    ['an AppError', notFound('NOTE_NOT_FOUND', 'no such note')],
  ])('lets %s through as it is, and rolls back', async (_name, thrown) => {
    const failing = database.withTenant(scope, async (tx) => {
      await tx.raw('select 1');
      throw thrown;
    });
    await expect(failing).rejects.toBe(thrown);
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it('says unavailable when the server ends the session, whichever statement notices', async () => {
    const ended = database.withTenant(scope, (tx) => tx.raw('select pg_terminate_backend(pg_backend_pid())'));
    await expect(ended).rejects.toMatchObject(unavailable);
    await database.ping();
    const later = database.withTenant(scope, async (tx) => {
      await tx.raw('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
      await tx.raw('select 1');
    });
    await expect(later).rejects.toMatchObject(unavailable);
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it('says unavailable when the connection breaks in a statement, before the commit, and before the start', async () => {
    const inside = Promise.withResolvers<void>();
    const waiting = database.withTenant(scope, async (tx) => {
      inside.resolve();
      await tx.raw('select pg_sleep(20)');
    });
    await inside.promise;
    await Promise.all([expect(waiting).rejects.toMatchObject(unavailable), gate.cut()]);
    await gate.mend();
    await expect(database.withTenant(scope, () => gate.cut())).rejects.toMatchObject(unavailable);
    await expect(database.withTenant(scope, () => Promise.resolve(1))).rejects.toMatchObject(unavailable);
    await gate.mend();
    await expect(database.withTenant(scope, () => Promise.resolve(1))).resolves.toBe(1);
  });

  it('says of a statement that cannot be that the database refused it', async () => {
    await expect(database.withTenant(scope, (tx) => tx.raw('select 1/0'))).rejects.toMatchObject({ kind: 'internal', reason: 'DATABASE_FAULT' });
  });
});
