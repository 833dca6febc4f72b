// In which order jest runs the files of tests.
const { createRequire } = require('node:module');

// It comes with jest, and pnpm lets only jest-config have it.
const config = ['jest', '@jest/core', 'jest-config'].reduce((from, name) => createRequire(from).resolve(name), __filename);
const { default: Sequencer } = createRequire(config)('@jest/test-sequencer');

/**
 * Whole platforms first: they take minutes and their files are short, so that on a machine that has not run them before, where
 * jest goes by size, one worker would begin the longest when the other has nothing left to do.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => /[\\/]e2e[\\/]test[\\/]/.test(path);
    const sorted = super.sort(tests);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
