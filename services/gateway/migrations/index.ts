import type { Migration } from '@linli/db';
import { createSessions } from './20261124100000_create_sessions';

export const migrations: readonly Migration[] = [createSessions];
