import { run } from '@linli/runtime';
import { createApp } from './app';
import { readServiceConfig } from './config';

run('gateway', () => createApp(readServiceConfig(process.env)));
