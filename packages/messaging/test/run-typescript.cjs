// Lets a child process of a test run our sources as jest does: `node --require ./run-typescript.cjs program.ts`.
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const { transformSync } = require('@swc/core');
const { moduleNameMapper, transform } = require('../../../jest.preset.js');

const [, options] = transform['^.+\\.ts$'];
const aliases = Object.entries(moduleNameMapper).map(([pattern, target]) => [new RegExp(pattern), target]);

require.extensions['.ts'] = (module, filename) => {
  module._compile(transformSync(readFileSync(filename, 'utf8'), { ...options, filename, sourceMaps: 'inline' }).code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  const alias = aliases.find(([pattern]) => pattern.test(request));
  return resolve.call(this, alias ? request.replace(alias[0], alias[1]) : request, ...rest);
};
