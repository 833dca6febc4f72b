import { run } from '@linli/runtime';
import { createApp } from './app';
import { readServiceConfig } from './config';

run('organization', () => createApp(readServiceConfig(process.env)));
