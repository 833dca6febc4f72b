import { refuseImport } from '../lint/borders.ts';

function verdict(file: string, source: string, typeOnly = false): string | undefined {
  return refuseImport({ file, source, typeOnly });
}

describe('the borders', () => {
  it.each([
    ['packages/db/src/database.ts', '@linli/errors'],
    ['packages/messaging/src/relay.ts', 'kafkajs'],
    ['packages/grpc/src/server.ts', '@grpc/grpc-js'],
    ['services/gateway/src/http/server.ts', 'express'],
    ['services/requests/src/cases/accept-case.ts', '@linli/messaging'],
    ['services/requests/src/cases/rules.ts', '@linli/errors'],
    ['services/requests/src/cases/rules.ts', './case'],
    ['services/requests/test/cases.test.ts', '@linli/testing'],
    ['e2e/journey.test.ts', '@linli/residents'],
    ['infra/operator/src/services.ts', '@linli/requests'],
  ])('%s may import %s', (file, source) => {
    expect(verdict(file, source)).toBeUndefined();
  });

  it.each([
    ['packages/errors/src/index.ts', '@linli/config', 'nothing of ours'],
    ['packages/db/src/database.ts', '@linli/messaging', 'packages/db may import only errors, config, contracts, telemetry, auth'],
    ['services/requests/src/app.ts', '@linli/residents', 'a service never imports another'],
    ['services/requests/src/app.ts', '@linli/db/dist/tx', 'not from inside it'],
    ['services/requests/src/app.ts', '../../../packages/db/src/tx', 'through its package'],
    ['services/requests/src/app.ts', '@linli/testing', 'for tests only'],
    ['services/requests/src/cases/events.ts', 'kafkajs', 'stays behind'],
    ['services/requests/src/cases/grpc.ts', '@grpc/grpc-js', 'stays behind'],
    ['services/requests/src/cases/grpc.ts', 'express', 'stays behind'],
    ['services/requests/src/cases/rules.ts', '@linli/db', 'is pure'],
    ['services/requests/src/cases/rules.ts', './store', 'is pure'],
    ['services/requests/src/cases/rules.ts', 'node:fs', 'is pure'],
  ])('%s may not import %s', (file, source, why) => {
    expect(verdict(file, source)).toContain(why);
  });

  it('lets rules.ts name types from anywhere', () => {
    expect(verdict('services/requests/src/cases/rules.ts', './store', true)).toBeUndefined();
  });
});
