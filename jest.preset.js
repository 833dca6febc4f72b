// The one jest preset; a package's own config only names itself.
const path = require('node:path');
const root = __dirname;
// Node loads these libraries with require although they ship ES modules only; jest does not, so it compiles them.
const esModules = '(jose|oauth4webapi|openid-client)';
const compile = (syntax) => ['@swc/jest', { jsc: { parser: { syntax }, target: 'es2023' }, module: { type: 'commonjs' }, sourceMaps: 'inline' }];
module.exports = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': compile('typescript'),
    [`/node_modules/${esModules}/.+\\.js$`]: compile('ecmascript'),
  },
  transformIgnorePatterns: [`/node_modules/(?!(.*/)?${esModules}/)`],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
  moduleNameMapper: {
    // Tests run from source, so a change is seen without a build.
    '^@linli/(errors|config|contracts|telemetry|auth|db|messaging|clocks|audit|grpc|http|runtime|testing)$': path.join(root, 'packages/$1/src/index.ts'),
    '^@linli/operator$': path.join(root, 'infra/operator/src/index.ts'),
    '^@linli/(organization|residents|requests|gateway)$': path.join(root, 'services/$1/src/index.ts'),
  },
};
