import { readJestReport } from '../jest-report.ts';

function report(numbers: { passed?: number; failed?: number; unrunnable?: number; statuses?: string[] }): string {
  return JSON.stringify({
    numPassedTests: numbers.passed ?? 0,
    numFailedTests: numbers.failed ?? 0,
    numRuntimeErrorTestSuites: numbers.unrunnable ?? 0,
    testResults: [{ assertionResults: (numbers.statuses ?? []).map((status, index) => ({ status, fullName: `test ${index}` })) }],
  });
}

describe('what a jest run counts as', () => {
  it('counts tests, names those skipped, and adds files that could not run to the failures', () => {
    const text = report({ passed: 3, failed: 1, unrunnable: 2, statuses: ['passed', 'pending', 'todo'] });
    expect(readJestReport(text, 1)).toEqual({ passed: 3, failed: 3, skipped: ['test 1', 'test 2'] });
  });

  it.each([
    ['wrote no report', '', 1],
    ['wrote half a report', '{"numPassedTests": 3', 1],
    ['wrote no report and ended well', '', 0],
    ['found no test', report({}), 0],
    ['passed every test and still ended with an error', report({ passed: 5 }), 1],
  ])('is a failure when jest %s', (_, text, code) => {
    expect(readJestReport(text, code).failed).toBe(1);
  });

  it('is no failure when all passed', () => {
    expect(readJestReport(report({ passed: 5 }), 0)).toEqual({ passed: 5, failed: 0, skipped: [] });
  });
});
