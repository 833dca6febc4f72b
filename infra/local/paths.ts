import path from 'node:path';

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Everything the project makes on a machine is under here or in dist/ and node_modules/, all ignored by git. */
export const stateFolder = path.join(root, '.linli');
export const installLock = path.join(stateFolder, 'install.lock');

/** Where one platform keeps what it is: a checkout may run several, each on a data folder of its own. */
export interface Home {
  readonly data: string;
  readonly logs: string;
  readonly runFile: string;
}

/** The default data lies beside its logs and run.json; a folder that somebody named holds all three. */
export function homeOf(named: string | undefined): Home {
  const data = named === undefined ? path.join(stateFolder, 'data') : path.resolve(named);
  const around = named === undefined ? stateFolder : data;
  return { data, logs: path.join(around, 'logs'), runFile: path.join(around, 'run.json') };
}
