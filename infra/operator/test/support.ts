import { services } from '../src/config';

const noDatabase = 'postgres://nobody@127.0.0.1:1/none';

/** The databases' variables, of which a test fills in those it uses. */
export function databaseEnvironment(urls: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const unused = services.flatMap((name) => ['MIGRATOR', 'APP', 'RELAY'].map((role) => [`${name.toUpperCase()}_${role}_URL`, noDatabase]));
  return { ...Object.fromEntries(unused), ...urls };
}

/** What `work` prints for the operator. */
export async function printed(work: () => Promise<void>): Promise<string> {
  const lines: string[] = [];
  const write = jest.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    await work();
  } finally {
    write.mockRestore();
  }
  return lines.join('');
}
