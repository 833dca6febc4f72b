import { run } from '@linli/runtime';
import { createApp } from './app';
import { readServiceConfig } from './config';

run('requests', () => createApp(readServiceConfig(process.env)));
