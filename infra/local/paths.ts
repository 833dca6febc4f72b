import path from 'node:path';

/** The checkout. */
export const root = path.resolve(import.meta.dirname, '../..');

/** Everything the project makes on a machine is under here or in dist/ and node_modules/, all ignored by git. */
export const stateFolder = path.join(root, '.linli');
export const logsFolder = path.join(stateFolder, 'logs');
export const runFile = path.join(stateFolder, 'run.json');
export const installLock = path.join(stateFolder, 'install.lock');
